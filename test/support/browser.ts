/** Reports opened from disk in headless Chromium. */
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Undefined where the machine has none. */
export const chromiumProgram: string | undefined = findProgram([
  'chromium',
  'chromium-browser',
  'google-chrome',
]);

function findProgram(names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface OpenedPage {
  readonly page: Page;
  /** What the page wrote to the console, and every address that it asked for beside its own. */
  readonly complaints: readonly string[];
}

export interface Reader {
  open(html: string, options?: BrowserContextOptions): Promise<OpenedPage>;
  /** Opens a page that lies on the disk, with what stands behind its path. */
  visit(path: string, behind?: string, options?: BrowserContextOptions): Promise<OpenedPage>;
  close(): Promise<void>;
}

export async function startReader(program: string): Promise<Reader> {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-html-'));
  const browser: Browser = await chromium.launch({
    executablePath: program,
    // Tests may run as root, which Chromium's own sandbox refuses.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  const visit = async (
    path: string,
    behind = '',
    options: BrowserContextOptions = {},
  ): Promise<OpenedPage> => {
    const address = pathToFileURL(path).href;
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
    page.setDefaultTimeout(30_000);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => request.url() === address || complaints.push(request.url()));
    await page.goto(`${address}${behind}`);
    return { page, complaints };
  };
  let opened = 0;
  return {
    async open(html, options = {}) {
      opened += 1;
      const path = join(folder, `${opened}.html`);
      writeFileSync(path, html);
      return visit(path, '', options);
    },
    visit,
    async close() {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
