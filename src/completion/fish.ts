import type { CompletionNode } from './tree.ts'

/** fish 3 and later. */
export function fishScript(nodes: CompletionNode[]): string {
  const lines = ['# fish completion for oauthctl', 'complete -c oauthctl -f']
  for (const node of nodes) {
    const condition = quote(conditionFor(node, nodes))
    for (const { name, description } of node.subcommands) {
      lines.push(`complete -c oauthctl -n ${condition} -a ${name} -d ${quote(description)}`)
    }
    for (const option of node.options) {
      const flags = option.flags.map((flag) =>
        flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
      )
      const value = option.takesValue ? ' -r' : ''
      lines.push(
        `complete -c oauthctl -n ${condition} ${flags.join(' ')}${value} -d ${quote(option.description)}`,
      )
    }
    if (node.takesProfile) {
      lines.push(`complete -c oauthctl -n ${condition} -a '(oauthctl completion profiles)'`)
    }
  }
  return lines.join('\n')
}

// Options of the root are global, so they are offered with the root's condition only and repeated
// in every node; a node counts when its words were typed and none of its subcommands was.
function conditionFor(node: CompletionNode, nodes: CompletionNode[]): string {
  const below = nodes
    .filter((one) => one.path.length === node.path.length + 1)
    .filter((one) => node.path.every((word, index) => one.path[index] === word))
    .map((one) => one.path.at(-1) ?? '')
  if (node.path.length === 0) return '__fish_use_subcommand'
  const seen = node.path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')
  return below.length === 0
    ? seen
    : `${seen}; and not __fish_seen_subcommand_from ${below.join(' ')}`
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
