import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  type DescriptorProto,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';

/** Proto files as tools want them: by name or by a symbol, with all that they import. */
export interface FileDescriptors {
  /** The file and its imports, imports first, each as a serialized FileDescriptorProto; undefined when there is none. */
  byName(name: string): readonly Buffer[] | undefined;
  /** The same for the file that defines a message, an enum, a service or a method, by its full name. */
  bySymbol(symbol: string): readonly Buffer[] | undefined;
  hasMessage(name: string): boolean;
}

/** Reads a descriptor set, as `buf build` writes it. */
export function readFileDescriptors(descriptorSet: Uint8Array): FileDescriptors {
  const files = new Map<string, FileDescriptorProto>();
  const fileOfSymbol = new Map<string, string>();
  const messages = new Set<string>();
  for (const file of fromBinary(FileDescriptorSetSchema, descriptorSet).file) {
    files.set(file.name, file);
    for (const symbol of symbolsOf(file)) fileOfSymbol.set(symbol, file.name);
    for (const message of file.messageType) addMessageNames(message, file.package, messages);
  }

  const byName = (name: string): readonly Buffer[] | undefined =>
    files.has(name)
      ? withImports(name, files).map((file) => Buffer.from(toBinary(FileDescriptorProtoSchema, file)))
      : undefined;
  return {
    byName,
    bySymbol(symbol) {
      const name = fileOfSymbol.get(symbol);
      return name === undefined ? undefined : byName(name);
    },
    hasMessage: (name) => messages.has(name),
  };
}

function withImports(name: string, files: ReadonlyMap<string, FileDescriptorProto>): readonly FileDescriptorProto[] {
  const found = new Set<FileDescriptorProto>();
  const add = (wanted: string): void => {
    const file = files.get(wanted);
    if (file === undefined || found.has(file)) return;
    file.dependency.forEach(add);
    found.add(file);
  };
  add(name);
  return [...found];
}

function symbolsOf(file: FileDescriptorProto): ReadonlySet<string> {
  const symbols = new Set<string>();
  for (const message of file.messageType) addMessageNames(message, file.package, symbols);
  const enums = [...file.enumType.map(({ name }) => `${file.package}.${name}`), ...nestedEnums(file)];
  for (const name of enums) symbols.add(name);
  for (const service of file.service) {
    const name = `${file.package}.${service.name}`;
    symbols.add(name);
    for (const method of service.method) symbols.add(`${name}.${method.name}`);
  }
  return symbols;
}

function addMessageNames(message: DescriptorProto, scope: string, names: Set<string>): void {
  const name = `${scope}.${message.name}`;
  names.add(name);
  for (const nested of message.nestedType) addMessageNames(nested, name, names);
}

function nestedEnums(file: FileDescriptorProto): readonly string[] {
  const enumsOf = (message: DescriptorProto, scope: string): readonly string[] => {
    const name = `${scope}.${message.name}`;
    return [
      ...message.enumType.map((entry) => `${name}.${entry.name}`),
      ...message.nestedType.flatMap((nested) => enumsOf(nested, name)),
    ];
  };
  return file.messageType.flatMap((message) => enumsOf(message, file.package));
}
