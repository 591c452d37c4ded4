import { Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { Actor } from "./actor.ts";
import { FieldChange, Node, PageInfo } from "./building-blocks.ts";
import { DateTime } from "./date-time.ts";

@ObjectType("AuditEvent", {
  description: "Something that was done. Kept even after its actor and subject are deleted.",
  implements: Node,
})
export class AuditEvent {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String, { description: "The mutation or sync action, for example `userDeactivate`." })
  action: string;
  @Field(() => Actor, { nullable: true, description: "Null when the actor was deleted: `actorLabel` remains." })
  actor: Actor | null;
  @Field(() => String, { description: "The actor's email or name at the time." })
  actorLabel: string;
  @Field(() => [AuditSubject], { description: "The first 200 of `subjectCount`." })
  subjects: AuditSubject[];
  @Field(() => Int, { description: "How many objects it concerns." })
  subjectCount: number;
  @Field(() => String, {
    nullable: true,
    description: "Where the request came from. Null for what no request did, such as a scheduled sync.",
  })
  ipAddress: string | null;
  @Field(() => DateTime, { description: "When it was done." })
  createdAt: string;
}

@ObjectType("AuditSubject", { description: "One object that an event concerns." })
export class AuditSubject {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String, { description: "Its email or name at the time." })
  label: string;
  @Field(() => Node, { nullable: true, description: "Null when it was deleted, or without the scope to read it." })
  node: Node | null;
  @Field(() => [FieldChange], { description: "What changed in it, field by field. Empty when `action` says it all." })
  changes: FieldChange[];
}

@InputType("AuditEventFilter", { description: "Every condition given must hold." })
export class AuditEventFilter {
  @Field(() => [String], {
    nullable: true,
    description: "Any of these, for example `userDeactivate`. An empty list finds nothing.",
  })
  actions?: string[] | null;
  @Field(() => ID, { nullable: true, description: "Done by this user, API token or directory." })
  actorId?: string | null;
  @Field(() => ID, { nullable: true, description: "Concerning this object, also where it is not among the `subjects` shown." })
  subjectId?: string | null;
  @Field(() => DateTime, { nullable: true, description: "At this moment or later." })
  from?: string | null;
  @Field(() => DateTime, { nullable: true, description: "Before this moment." })
  to?: string | null;
}

@ObjectType("AuditEventConnection", { description: "A page of audit events." })
export class AuditEventConnection {
  @Field(() => [AuditEventEdge], { description: "Each item with its cursor." })
  edges: AuditEventEdge[];
  @Field(() => [AuditEvent], { description: "The items alone." })
  nodes: AuditEvent[];
  @Field(() => PageInfo, { description: "Where this page starts and ends." })
  pageInfo: PageInfo;
}

@ObjectType("AuditEventEdge", { description: "One item of a page of audit events." })
export class AuditEventEdge {
  @Field(() => String, { description: "Pass it as `after` to read what follows this item." })
  cursor: string;
  @Field(() => AuditEvent, { description: "The item." })
  node: AuditEvent;
}
