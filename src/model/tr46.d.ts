/** The part of `tr46` that is used; the package brings no types. Options are those of UTS #46, section 4.2 (ToASCII). */
declare module "tr46" {
  /** The domain in ASCII, or null when it is none. */
  export function toASCII(
    domain: string,
    options: {
      checkBidi?: boolean;
      checkHyphens?: boolean;
      checkJoiners?: boolean;
      transitionalProcessing?: boolean;
      useSTD3ASCIIRules?: boolean;
      verifyDNSLength?: boolean;
    },
  ): string | null;
}
