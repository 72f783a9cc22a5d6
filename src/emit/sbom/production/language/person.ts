/** A person as syft's document names one (syft v1.57.1 syft/format/internal/spdxutil/helpers/originator_supplier.go). */

/** `NAME (MAIL)` of `NAME <MAIL> (URL)`; undefined where the text has a different form: syft then names nobody. */
export function personName(text: string): string | undefined {
  const parts = /^([^<>()]*)( <([^@]+@\w+\.\w+)>)?( \((.*)\))?$/.exec(text);
  if (parts === null) return undefined;
  const [name, mail, url] = [parts[1], parts[3], parts[5]].map((part) => part?.trim() ?? '') as [
    string,
    string,
    string,
  ];
  if (mail !== '') return joined(name, mail);
  if (isLikeMail(url)) return joined(name, url);
  return isLikeMail(name) ? name : joined(name, '');
}

function isLikeMail(text: string): boolean {
  const at = text.indexOf('@');
  return at >= 0 && text.includes('.', at);
}

/** `NAME (MAIL)` where there are both. */
export function joined(name: string, mail: string): string | undefined {
  const [shownName, shownMail] = [name.trim(), mail.trim()];
  if (shownName === '' || shownMail === '') return shownName + shownMail || undefined;
  return `${shownName} (${shownMail})`;
}
