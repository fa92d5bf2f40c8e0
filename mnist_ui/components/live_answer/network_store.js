// Keeps the networks that Python sends, for the answer that moves while one draws.
export default function ({ data }) {
  const networks = (globalThis.labNetworks ??= new Map());
  if (data && !networks.has(data.name)) networks.set(data.name, unpackNetwork(data));
}
