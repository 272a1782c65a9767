#pragma once

#include <cstdint>

#include <plstm/data/image.hpp>

namespace plstm {

/// The task "does the arrow point at the circle" (specification, section 6, "Arrow pointing"): a white square
/// with one black disc and one black arrow. The question is whether a network that learned the task on small
/// images still solves it on larger ones, where arrow and circle lie farther apart.
struct ArrowOptions {
  std::int32_t size = 192;  ///< rows and columns, 64..1024
  /// The specification gives lengths for a picture of 192 x 192. They are multiplied by reference_size / 192.
  /// Larger images for a network trained at size s keep reference_size = s, so that arrows and circles stay as
  /// large as they were. 64..size.
  std::int32_t reference_size = 192;
  /// So many of a hundred misses are drawn as hits and then turned round, so that their circle lies straight
  /// behind the arrow. By the specification this is so in about seven. For training only: from these images a
  /// network learns which end of the arrow is the front. 0..100; at 0 the directions of all misses are as below.
  std::int32_t turned_percent = 0;
};

/// What is on one image. Lengths are in 1/256 pixel. Places count from the upper left corner of the image, x to
/// the right and y down.
struct ArrowScene {
  bool hit = false;  ///< the label
  std::int32_t arrow_x = 0, arrow_y = 0;
  std::int32_t length = 0, width = 0;  ///< of the whole arrow, of its shaft
  std::int32_t circle_x = 0, circle_y = 0, radius = 0;
  std::int64_t direction_x = 0, direction_y = 0;  ///< a unit vector times 2^30

  friend bool operator==(const ArrowScene&, const ArrowScene&) = default;
};

/// The scene of (seed, index). Half of the scenes are hits. Everything is drawn in integers from Random, so scene
/// and pixels are the same on every machine.
///
///   radius R in [15, 30], length in [10, 30), width in [2, 3), each uniform, times reference_size / 192
///   both centres uniform inside a margin of 30, on each axis 2 R apart or more, also around the field's border
///   r the vector from arrow to circle, u the direction, cross = |u x r| the distance of its line from the
///   circle's centre; the direction is uniform among those with
///     hit   u . r > 0 and cross <= R / 1.2, an angle below asin(R / 1.2 / |r|) with the line to the centre
///     miss  u . r < 0 or cross >= R * 1.2; u . r < 0 and cross <= R / 1.2 if turned round
///
/// Throws ConfigError, naming the range, for a size outside the ranges above.
ArrowScene arrow_scene(const ArrowOptions& options, std::uint64_t seed, std::uint64_t index);

/// Draws the scene with one channel, 255 for white. A pixel is black where its centre lies in the disc, in the
/// shaft or in the head. The head is a triangle, three shafts wide and two long. A shaft is at least one pixel
/// wide, so that it has no gaps. Throws ConfigError as arrow_scene.
Image draw_arrow(const ArrowOptions& options, const ArrowScene& scene);

/// Throws ConfigError as arrow_scene.
void check_arrow_options(const ArrowOptions& options);

}  // namespace plstm
