# screening without a compiler, a browser or PyTorch, for computers where nothing may be installed (docs/container.md).
# The tag says what the digest is; both stages begin with the same one.
FROM python:3.11.14-slim-bookworm@sha256:65a93d69fa75478d554f4ad27c85c1e69fa184956261b4301ebaf6dbb0a3543d AS build
ENV UV_PROJECT_ENVIRONMENT=/opt/screening UV_PYTHON=/usr/local/bin/python3 UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy UV_NO_CACHE=1 PIP_NO_CACHE_DIR=1
RUN pip install --no-deps uv==0.13.9
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY screening screening
COPY models models
COPY pipelines pipelines
# What others ask for and we never load is left out; of OpenCV the wheel that needs no windows.
RUN uv sync --no-dev --no-editable --extra watch --extra service \
        --no-install-package imageio --no-install-package imageio-ffmpeg --no-install-package lazy-loader \
        --no-install-package networkx --no-install-package opencv-python --no-install-package scikit-image \
        --no-install-package scipy --no-install-package tifffile \
    && uv pip install --no-config --no-deps --compile-bytecode --python /opt/screening/bin/python \
        "$(sed -n 's/^ *"\(opencv-python-headless==[^"]*\)",$/\1/p' pyproject.toml)"
# So are dlib's other networks, OpenVINO's parts for other devices and formats, other makers' libjpeg, and test data.
RUN cd /opt/screening/lib/python3.11/site-packages \
    && rm -r face_recognition_models/models/shape_predictor_*.dat face_recognition_models/models/mmod_*.dat \
        openvino/libs/libopenvino_intel_gpu_plugin.so openvino/libs/libopenvino_intel_npu_plugin.so \
        openvino/libs/cache.json onnx/backend/test exiv2/locale phonenumbers/geodata \
    && find openvino/libs -name 'libopenvino_*_frontend.so*' ! -name '*_onnx_*' ! -name '*_ir_*' -delete \
    && find jpeglib/cjpeglib -name 'cjpeglib_*.so' ! -name '*_turbo210.*' ! -name '*_6b.*' -delete \
    && find numpy -type d -name tests -prune -exec rm -r {} +

FROM python:3.11.14-slim-bookworm@sha256:65a93d69fa75478d554f4ad27c85c1e69fa184956261b4301ebaf6dbb0a3543d
RUN apt-get update \
    && apt-get install -y --no-install-recommends bubblewrap \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 10001 -g 10001 -m 0700 /office
COPY --from=build /opt/screening /opt/screening
ENV PATH=/opt/screening/bin:$PATH HOME=/office SCREENING_HOME=/office PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
VOLUME /office
ENTRYPOINT ["screening"]
CMD ["--help"]
