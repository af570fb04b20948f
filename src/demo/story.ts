/** Something to look at, and as whom. */
export interface DemoStory {
  says: string;
  as: string;
  path: string;
}
