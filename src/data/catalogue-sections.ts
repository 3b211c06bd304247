import { type SectionArray, type Sections } from '../domain/sections.js';
import { StringColumn } from '../domain/string-column.js';
import { type Catalogue, type CodedColumn } from './catalogue.js';

/** A catalogue as named arrays: only the columns it has. */
export function catalogueSections(catalogue: Catalogue): Sections {
  const sections: Sections = {};
  const { title, category, brand, seller, price, weightGrams, volumeCm3 } = catalogue;
  const addStrings = (name: string, column: StringColumn) => {
    sections[`catalogue/${name}/bytes`] = column.bytes;
    sections[`catalogue/${name}/offsets`] = column.offsets;
  };
  if (title !== null) addStrings('title', title);
  for (const [name, column] of Object.entries({ category, brand, seller })) {
    if (column === null) continue;
    sections[`catalogue/${name}/codes`] = column.codes;
    addStrings(`${name}/names`, column.names);
  }
  for (const [name, column] of Object.entries({ price, weightGrams, volumeCm3 })) {
    if (column !== null) sections[`catalogue/${name}`] = column;
  }
  return sections;
}

/** Reads back what {@link catalogueSections} wrote. @param section undefined for an array that was not written */
export function catalogueFromSections(section: (name: string) => SectionArray | undefined): Catalogue {
  const strings = (name: string) =>
    new StringColumn(
      section(`catalogue/${name}/bytes`) as Uint8Array,
      section(`catalogue/${name}/offsets`) as Uint32Array,
    );
  const coded = (name: string): CodedColumn | null => {
    const codes = section(`catalogue/${name}/codes`) as Int32Array | undefined;
    return codes === undefined ? null : { codes, names: strings(`${name}/names`) };
  };
  const floats = (name: string) => (section(`catalogue/${name}`) as Float32Array | undefined) ?? null;
  return {
    title: section('catalogue/title/bytes') === undefined ? null : strings('title'),
    category: coded('category'),
    brand: coded('brand'),
    seller: coded('seller'),
    price: floats('price'),
    weightGrams: floats('weightGrams'),
    volumeCm3: floats('volumeCm3'),
  };
}
