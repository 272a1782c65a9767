#include "plstm/nn/grids/patch_embedding.hpp"

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/nn/shared/linear.hpp>

namespace plstm {

namespace {

// Calls f(first pixel value, first patch value) for every row of pixels of every patch, of one channel;
// `patch` values follow, `channels` apart in the image and side by side in the patch.
template <class F>
void for_each_pixel_row(Index images, Index cols, const PatchGrid& grid, const PatchEmbedding& e,
                        const F& f) {
  const Index p = e.patch;
  const Index line = cols * e.channels;  // values of a row of pixels
  Index to = 0;
  for (Index row = 0; row < images * grid.size_x; ++row) {
    for (Index y = 0; y < grid.size_y; ++y) {
      for (Index c = 0; c < e.channels; ++c) {
        for (Index r = 0; r < p; ++r, to += p) f((row * p + r) * line + y * p * e.channels + c, to);
      }
    }
  }
}

}  // namespace

PatchEmbedding add_patch_embedding(ParameterLayout& layout, const std::string& name, Index channels,
                                   Index patch, Index width) {
  if (channels < 1 || patch < 1 || width < 1) {
    throw ConfigError(fmt::format("patch embedding: channels {}, patch {} and width {} must be positive",
                                  channels, patch, width));
  }
  PatchEmbedding e{channels, patch, {}, {}};
  e.weight = layout.add(name + ".weight", {width, channels, patch, patch},
                        small_init(channels * patch * patch), true);
  e.bias = layout.add(name + ".bias", {width}, ConstantInit{0}, false);
  return e;
}

PatchGrid patch_grid(Index rows, Index cols, Index patch) {
  if (rows < 1 || cols < 1 || rows % patch != 0 || cols % patch != 0) {
    throw ShapeError(
        fmt::format("patch embedding: an image of {} x {} pixels cannot be cut into patches of {} x {}; both "
                    "sides must be "
                    "positive multiples of {}",
                    rows, cols, patch, patch, patch));
  }
  return {rows / patch, cols / patch};
}

template <class T>
Var<T> apply(Tape<T>& tape, const PatchEmbedding& embedding, Var<T> images, Index rows, Index cols) {
  const PatchEmbedding e = embedding;
  const PatchGrid grid = patch_grid(rows, cols, e.patch);
  check_shape("patch embedding", "images", {images.rows, images.cols},
              {images.rows, rows * cols * e.channels});
  const Index count = images.rows * grid.size_x * grid.size_y;
  const Index width = e.channels * e.patch * e.patch;
  const bool needs_gradient = images.gradient != nullptr;
  const Var<T> patches = needs_gradient ? tape.make(count, width) : tape.make_constant(count, width);
  for_each_pixel_row(images.rows, cols, grid, e, [&](Index from, Index to) {
    for (Index s = 0; s < e.patch; ++s) patches.value[to + s] = images.value[from + s * e.channels];
  });
  if (needs_gradient) {
    tape.on_backward(patches, [=, &tape](const T* dpatches) {
      T* dimages = tape.gradient(images);
      for_each_pixel_row(images.rows, cols, grid, e, [&](Index from, Index to) {
        for (Index s = 0; s < e.patch; ++s) dimages[from + s * e.channels] += dpatches[to + s];
      });
    });
  }
  return linear(tape, patches, tape.parameter(e.weight), tape.parameter(e.bias));
}

#define PLSTM_INSTANTIATE(T) template Var<T> apply<T>(Tape<T>&, const PatchEmbedding&, Var<T>, Index, Index);
PLSTM_INSTANTIATE(float)
PLSTM_INSTANTIATE(double)

}  // namespace plstm
