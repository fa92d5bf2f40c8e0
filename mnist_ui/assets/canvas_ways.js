// What the lab adds to the canvas, which is a component of others; ends with it.
export default () => {
  const ends = [tidyCanvas(), sendOnLift(), useCanvasKeys()]
  return () => ends.forEach((end) => end())
}
