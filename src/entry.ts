// The program's start. Plain CommonJS after bundling, because Node starts that soonest.
const rest = './main.mjs'

void (import(rest) as Promise<typeof import('./main.ts')>).then(({ main }) => main(process))
