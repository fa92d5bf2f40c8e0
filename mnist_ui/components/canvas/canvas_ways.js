// What the lab adds to the canvas, which is a component of others; ends with it.
export default ({ data }) => {
  const ends = [tidyCanvas(data.otherwise), sendOnLift(), useCanvasKeys()]
  return () => ends.forEach((end) => end())
}
