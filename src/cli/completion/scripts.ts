/** Shells for which there is a script. */
export const shells = ['bash', 'zsh', 'fish'] as const

export type Shell = (typeof shells)[number]

/**
 * Each asks `gem-ats-sync complete` with the words up to the cursor, as they are: nothing that is being typed is
 * evaluated. An answer is a line for each candidate, its description after a tab.
 */
export const scripts: Readonly<Record<Shell, string>> = {
  bash: `_gem_ats_sync() {
  IFS=$'\\n' read -r -d '' -a COMPREPLY < <(gem-ats-sync complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1)
}
complete -F _gem_ats_sync gem-ats-sync`,

  zsh: `_gem_ats_sync() {
  local -a found
  found=("\${(@f)$(gem-ats-sync complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("\${(@)found//$'\\t'/:}")
  _describe gem-ats-sync found
}
compdef _gem_ats_sync gem-ats-sync`,

  fish: `complete -c gem-ats-sync -f -a '(gem-ats-sync complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
}
