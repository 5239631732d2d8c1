/** What a pass and phase are called together: `backward`, `forward in`. Computing is what is usually meant. Indices as in columns. */
import { PASSES, PHASES, PHASE_COMPUTE } from "#common/model.ts";

export function workName({ pass, phase }: { pass: number; phase: number }): string {
  return phase === PHASE_COMPUTE ? PASSES[pass] : `${PASSES[pass]} ${PHASES[phase]}`;
}
