#pragma once

#include <cstdint>

#include <plstm/data/image.hpp>

namespace plstm {

/// The task "does the arrow point at the circle" (specification, section 6): a white square with one black
/// disc and one black arrow. Its question is whether a network that learned it on small images still answers
/// on larger ones, where the two lie farther apart.
struct ArrowOptions {
  std::int32_t size = 192;  ///< rows and columns, 64..1024
  /// The lengths of the specification are those of a picture of 192 x 192; they are drawn times
  /// reference_size / 192. Larger images for a network trained at size s keep reference_size = s, so that
  /// what is drawn stays as large as it was. 64..size.
  std::int32_t reference_size = 192;
  /// Of a hundred misses so many are drawn as hits and turned round, their circle straight behind them; the
  /// specification draws about seven. For training only: a network learns from these which end of the arrow
  /// is the front. 0..100; at 0 the directions of all misses are as below.
  std::int32_t turned_percent = 0;
};

/// What is on one image. Lengths in 1/256 pixel, places from the upper left corner of the image, x to the
/// right and y down.
struct ArrowScene {
  bool hit = false;  ///< the label
  std::int32_t arrow_x = 0, arrow_y = 0;
  std::int32_t length = 0, width = 0;  ///< of the whole arrow, of its shaft
  std::int32_t circle_x = 0, circle_y = 0, radius = 0;
  std::int64_t direction_x = 0, direction_y = 0;  ///< a unit vector times 2^30

  friend bool operator==(const ArrowScene&, const ArrowScene&) = default;
};

/// The scene that (seed, index) names: half of them hit. Everything is drawn in integers from Random, so that
/// scene and pixels are the same on every machine.
///
///   radius R in [15, 30], length in [10, 30), width in [2, 3), each uniform, times reference_size / 192
///   both centres uniform inside a margin of 30, on each axis 2 R apart or more (going round the field too)
///   r the vector from arrow to circle, u the direction, cross = |u x r| the distance of its line from the
///   circle's centre; the direction is uniform among those with
///     hit   u . r > 0 and cross <= R / 1.2, an angle below asin(R / 1.2 / |r|) with the line to the centre
///     miss  u . r < 0 or cross >= R * 1.2; u . r < 0 and cross <= R / 1.2 if turned round
///
/// Throws ConfigError for sizes outside the ranges above, with the ranges.
ArrowScene arrow_scene(const ArrowOptions& options, std::uint64_t seed, std::uint64_t index);

/// Draws it, one channel, 255 for white: a pixel is black where its centre lies in the disc, in the shaft or
/// in the head, a triangle three shafts wide and two long. A shaft is at least one pixel wide, so that it has
/// no gaps. Throws ConfigError as arrow_scene.
Image draw_arrow(const ArrowOptions& options, const ArrowScene& scene);

/// Throws ConfigError as arrow_scene.
void check_arrow_options(const ArrowOptions& options);

}  // namespace plstm
