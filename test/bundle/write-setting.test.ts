import { readFile } from 'node:fs/promises';
import t from 'tap';
import { editSetting, writeSetting } from '../../src/bundle/write-setting.js';

t.test('changes the value and no other byte', async (t) => {
  const text = (risk: string): string =>
    `# Settings.\nname:   "odd  spacing"   # kept\n\n# Why so high.\nrisk: ${risk}   # agreed in May\nneighbours:    15\n`;
  t.equal(editSetting(text('0.15'), 'risk', 0.1), text('0.1'));
});

t.test('adds a setting that is not there and keeps the comments', async (t) => {
  const text = '# Settings.\nname: small # for people\n\n# Takes the rest.\ndefaultModel: big\n';
  t.equal(editSetting(text, 'risk', 0.075), `${text}risk: 0.075\n`);
});

t.test('replaces the file', async (t) => {
  const folder = t.testdir({ 'bundle.yaml': 'name: small\nrisk: 0.2 # high\n' });
  t.equal(await writeSetting(folder, 'risk', 0.05), `${folder}/bundle.yaml`);
  t.equal(await readFile(`${folder}/bundle.yaml`, 'utf8'), 'name: small\nrisk: 0.05 # high\n');
});

t.test('leaves a file alone that it cannot read as YAML', async (t) => {
  const folder = t.testdir({ 'bundle.yaml': 'name: [small\n' });
  await t.rejects(writeSetting(folder, 'risk', 0.05), {
    reason: 'BUNDLE_INVALID',
    message: `cannot write risk into ${folder}/bundle.yaml`,
  });
  t.equal(await readFile(`${folder}/bundle.yaml`, 'utf8'), 'name: [small\n');
  await t.rejects(writeSetting(`${folder}/nowhere`, 'risk', 0.05), { name: 'RouterError', reason: 'BUNDLE_INVALID' });
});
