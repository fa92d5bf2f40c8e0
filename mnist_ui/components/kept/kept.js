// Puts what Python sends on the shelf; shows nothing.
import { keep } from "./shelf.js";

export default ({ data }) => {
  if (data) keep(data);
};
