/** The environment for a child process: this one's, whole and unread, with `settings` on top. */
export function childEnvironment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...settings };
}
