/** A letter that has its words and no recipient yet. Both parts say the same. */
export interface WordedLetter {
  /** One line, at most 150 characters. */
  subject: string;
  text: string;
  /** A whole document that loads nothing from anywhere. */
  html: string;
}
