import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../src/config/project-root.js';
import { SMALL_BUNDLE } from './small-bundle.js';

/** A bundle on disk that tests edit, with a cache folder of its own. */
export interface BundleFolder {
  readonly bundle: string;
  readonly cacheDirectory: string;
  /** Writes these files, relative to the bundle. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
}

/** Writes the small bundle below `root`, with a link to the real embedder. */
export function smallBundleFolder(root: string): Promise<BundleFolder> {
  return writeBundleFolder(root, SMALL_BUNDLE);
}

/** Writes a bundle below `root`, with a link to the real embedder. */
export async function writeBundleFolder(root: string, files: Readonly<Record<string, string>>): Promise<BundleFolder> {
  const folder = bundleFolder(root);
  await folder.write(files);
  await linkEmbedders(folder.bundle);
  return folder;
}

/** Copies the default bundle below `root`, with a link to its embedder. The caches are those of the default bundle. */
export async function defaultBundleFolder(root: string): Promise<BundleFolder> {
  const folder = bundleFolder(root);
  const source = join(projectRoot(), 'router-models');
  await cp(source, folder.bundle, { recursive: true, filter: (path) => !path.startsWith(join(source, 'embedders')) });
  await linkEmbedders(folder.bundle);
  return { ...folder, cacheDirectory: join(projectRoot(), '.cache', 'pointsman') };
}

function bundleFolder(root: string): BundleFolder {
  const bundle = join(root, 'bundle');
  return {
    bundle,
    cacheDirectory: join(root, 'cache'),
    async write(files) {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(bundle, name)), { recursive: true });
        await writeFile(join(bundle, name), content);
      }
    },
  };
}

function linkEmbedders(bundle: string): Promise<void> {
  return symlink(join(projectRoot(), 'router-models', 'embedders'), join(bundle, 'embedders'));
}
