import { type Send } from './sender.js';
import { type DemoStory } from './story.js';

/** As if so many days had gone by since anybody answered for this partner. */
export type LetDaysPass = (partnerId: string, days: number) => Promise<void>;

const LONG_AGO = new Date(Date.now() - 200 * 86_400_000).toISOString();
export const MEMBER_SINCE = LONG_AGO;

/** Named and confirmed, and then 91 days of silence, which the demonstration lets pass at once. */
export async function tellLapse(
  send: Send,
  { id, arrangementId, letDaysPass }: { id: string; arrangementId: string; letDaysPass: LetDaysPass },
): Promise<DemoStory[]> {
  const register = `/v1/partners/${id}/focal-points`;
  await send(register, {
    role: 'duty_line',
    email: 'duty@harbour.example',
    phones: ['+41225550199'],
    languages: ['en'],
  });
  const focalPoint = await send<{ id: string }>(register, {
    role: 'country',
    arrangement: arrangementId,
    name: 'Focal Point (fictional)',
    email: 'focal.point@harbour.example',
    from: LONG_AGO,
  });
  await send(`${register}/${focalPoint.id}/confirmation`, {});
  await letDaysPass(id, 91);
  return [
    {
      says: 'a focal point that lapsed: since when nothing above GREEN comes',
      as: 'HARBOUR',
      path: register,
    },
    {
      says: 'the directory of the arrangement, which says that nobody answers for HARBOUR',
      as: 'URCO',
      path: `/v1/arrangements/${arrangementId}/focal-points`,
    },
  ];
}
