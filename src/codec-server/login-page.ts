/** Where a person shows the token once, so that the Web UI may ask for that browser. It is all the script-free page does. */
export function loginPage(said: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Codec server of gem-ats-sync</title>
<p>${said}</p>
<form method="post" action="/login">
  <label>Token <input type="password" name="token" autocomplete="off" autofocus></label>
  <button>Log in for 8 hours</button>
</form>
`
}
