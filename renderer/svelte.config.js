/** Read by Vite, svelte-check and ESLint: runes only, in every component. */
export default { compilerOptions: { runes: true } };
