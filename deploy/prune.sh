#!/bin/sh
# Takes out of an environment what no page, command or worker loads, so that the image stays small.
# Usage: prune.sh SITE_PACKAGES
set -eu
cd "$1"

find . -name __pycache__ -prune -exec rm -rf {} +
find . -type d \( -name tests -o -name test \) -not -path "./torch/*" -not -path "./numpy/_core/*" -prune -exec rm -rf {} +
# What only compilers and editors read; scikit-image reads its own .pyi.
find . -type f \( -name "*.a" -o -name "*.h" -o -name "*.hpp" -o -name "*.c" -o -name "*.cpp" -o -name "*.cu" \
    -o -name "*.cuh" -o -name "*.pyx" -o -name "*.pxd" -o -name "*.f90" -o -name "*.map" \) -delete
find . -name "*.pyi" -not -path "./skimage/*" -delete
rm -rf torch/include torch/share torch/test torch/testing/_internal/opinfo torch/testing/_internal/generated \
    torch/lib/libtorchbind_test.so torch/lib/libjitbackend_test.so torch/lib/libbackend_with_compiler.so
find torch/bin -type f -not -name torch_shm_manager -delete
rm -rf pyarrow/include pyarrow/libarrow_flight* pyarrow/libarrow_python_flight* pyarrow/libarrow_s3* pydeck streamlit/hello
rm -rf sklearn/datasets/data sklearn/datasets/images matplotlib/mpl-data/sample_data
# What matplotlib asks of fontTools are names of glyphs alone.
find fontTools -mindepth 1 -maxdepth 1 -type d -not -name misc -exec rm -rf {} +
find fontTools -name "*.so" -delete
rm -rf setuptools _distutils_hack distutils-precedence.pth
find numpy/_core/tests -type f -not -name _natype.py -not -name __init__.py -delete
# Charts that no page shows.
for chart in PlotlyChart DeckGlJsonChart EChartsChart MermaidChart mermaid cytoscape elk-; do
    rm -f streamlit/static/static/js/"$chart"*.js
done
# Names of symbols that only a debugger reads; the libraries in *.libs have been moved by another tool, which strip breaks.
find . -type f -name "*.so*" -not -path "*.libs/*" -exec strip --strip-unneeded {} + 2>/dev/null || true
