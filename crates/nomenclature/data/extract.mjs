// Writes the tables of this folder from an unpacked npm package @etalab/decoupage-administratif.
// Usage: node extract.mjs PACKAGE_FOLDER
// Output is sorted by code and has no quoting: no name of the source holds a semicolon, which is checked below.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node extract.mjs PACKAGE_FOLDER");
  process.exit(2);
}
const read = (name) => JSON.parse(readFileSync(join(folder, "data", `${name}.json`), "utf8"));
const here = dirname(fileURLToPath(import.meta.url));

const byFirstColumn = (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);

function write(name, header, rows) {
  rows.sort(byFirstColumn);
  const codes = rows.map((row) => row[0]);
  if (new Set(codes).size !== codes.length) throw new Error(`${name}: a code stands twice`);
  const cells = rows.flat().map(String);
  const odd = cells.find((cell) => /[;\r\n]/.test(cell) || cell !== cell.trim() || cell !== cell.normalize("NFC"));
  if (odd) throw new Error(`${name}: a cell cannot be written: ${odd}`);
  writeFileSync(join(here, name), [header, ...rows].map((row) => row.join(";")).join("\n") + "\n");
  console.error(`${name}: ${rows.length} rows`);
}

const all = read("communes");
const current = all.filter((place) => place.type === "commune-actuelle");
const currentCodes = new Set(current.map((place) => place.code));

const epcis = read("epci");
const epciOf = new Map(epcis.flatMap((epci) => epci.membres.map((member) => [member.code, epci.code])));

const row = (place, status, successor, epci) => [
  place.code,
  place.nom,
  status,
  successor ?? "",
  epci ?? "",
  place.population ?? "",
  (place.codesPostaux ?? []).join(","),
];

// C current, A municipal arrondissement (of), S superseded (by). A delegated commune that shares the code of the new
// commune whose seat it is says nothing that the current commune does not say: it is left out.
const superseded = all.filter(
  (place) => ["commune-deleguee", "commune-associee"].includes(place.type) && !currentCodes.has(place.code),
);
const communes = [
  ...current.map((place) => row(place, "C", undefined, epciOf.get(place.code))),
  ...all
    .filter((place) => place.type === "arrondissement-municipal")
    .map((place) => row(place, "A", place.commune, epciOf.get(place.commune))),
  ...superseded.map((place) => row(place, "S", place.chefLieu, undefined)),
];
for (const [code, , status, successor] of communes) {
  if (status !== "C" && !currentCodes.has(successor)) throw new Error(`${code}: its successor is not a current commune`);
}
write("communes.csv", ["code", "name", "status", "successor", "epci", "population", "postal_codes"], communes);

// Codes that no table names any more: the source knows only which current commune took them over.
const named = new Set(communes.map(([code]) => code));
const former = current.flatMap((place) =>
  (place.anciensCodes ?? []).filter((code) => !named.has(code)).map((code) => [code, place.code]),
);
write("former.csv", ["code", "successor"], former);

write(
  "epci.csv",
  ["siren", "name", "kind"],
  epcis.map((epci) => [epci.code, epci.nom, epci.type]),
);

const regions = new Map(read("regions").map((region) => [region.code, region.nom]));
const departements = read("departements");
write(
  "departements.csv",
  ["code", "name", "region"],
  departements.map((departement) => [departement.code, departement.nom, regions.get(departement.region)]),
);

// The register's territories: Île-de-France is one, every other département is its own, the overseas collectivities
// that are not départements have none.
const ILE_DE_FRANCE = "11";
const isDepartement = (departement) => departement.zone !== "com";
const outside = departements.filter((d) => isDepartement(d) && d.region !== ILE_DE_FRANCE);
const inside = departements.filter((d) => d.region === ILE_DE_FRANCE).map((d) => d.code);
write("territories.csv", ["code", "label", "evidence", "departements"], [
  ["111", regions.get(ILE_DE_FRANCE), "observed", inside.sort().join(",")],
  ...outside.map((d) => [d.code.padStart(3, "0"), d.nom, "inferred", d.code]),
]);
