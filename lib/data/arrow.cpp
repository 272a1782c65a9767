#include "plstm/data/arrow.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>

namespace plstm {

namespace {

constexpr std::int64_t kPixel = 256;                    // lengths count 1/256 pixel
constexpr std::int64_t kUnit = std::int64_t{1} << 30;   // length of a direction
constexpr std::int64_t kReach = std::int64_t{1} << 20;  // directions are drawn in a square of this half width
constexpr std::uint64_t kStream = 0x6172726f77;         // "arrow": apart from other uses of a seed

struct Direction {
  std::int64_t x = 0, y = 0;
};

// `pixels` of the specification as a length of the image.
std::int64_t scaled(const ArrowOptions& options, std::int64_t pixels) {
  return pixels * kPixel * options.reference_size / 192;
}

std::int64_t uniform(Random& random, std::int64_t from, std::int64_t to) {
  return from + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(to - from)));
}

// floor(sqrt(n)): the result in floating point, corrected.
std::int64_t integer_root(std::int64_t n) {
  auto root = static_cast<std::int64_t>(std::sqrt(static_cast<double>(n)));
  while (root * root > n) --root;
  while ((root + 1) * (root + 1) <= n) ++root;
  return root;
}

// Uniform on the circle: a point of a disc, scaled to the radius. The middle of the disc, where the grid is too
// coarse, is left out.
Direction any_direction(Random& random) {
  for (;;) {
    const std::int64_t x = uniform(random, -kReach, kReach + 1);
    const std::int64_t y = uniform(random, -kReach, kReach + 1);
    const std::int64_t square = x * x + y * y;
    if (square > kReach * kReach || square < kReach * kReach / 16) continue;
    const std::int64_t root = integer_root(square << 20);  // 2^10 times the length
    return {(x << 40) / root, (y << 40) / root};
  }
}

// One axis of the circle's centre: at least two radii from the arrow's, also around the border of the field.
std::int64_t circle_place(Random& random, std::int64_t arrow, std::int64_t radius, std::int64_t margin,
                          std::int64_t field) {
  const std::int64_t step = uniform(random, 2 * radius, field - 2 * radius + 1);
  return margin + (arrow - margin + step) % field;
}

bool direction_fits(const ArrowScene& scene, bool turned, const Direction& u) {
  const std::int64_t x = scene.circle_x - scene.arrow_x;
  const std::int64_t y = scene.circle_y - scene.arrow_y;
  const std::int64_t cross = std::abs(u.x * y - u.y * x);
  const bool ahead = u.x * x + u.y * y > 0;
  const std::int64_t radius = scene.radius * kUnit;
  if (scene.hit || turned) return ahead == scene.hit && 6 * cross <= 5 * radius;
  return !ahead || 5 * cross >= 6 * radius;
}

// Columns or rows whose pixels' centres may lie within `reach` of `centre`.
struct PixelRange {
  std::int32_t begin = 0, end = 0;
};
PixelRange pixels_within(std::int64_t centre, std::int64_t reach, std::int32_t size) {
  const auto clip = [&](std::int64_t at) {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(at, 0, size));
  };
  return {clip((centre - reach) / kPixel - 1), clip((centre + reach) / kPixel + 2)};
}

// Blackens the pixels within `reach` of (x, y) for which `covers` is true of the vector from there to the centre.
template <class Covers>
void fill(Image& image, std::int64_t x, std::int64_t y, std::int64_t reach, const Covers& covers) {
  const PixelRange rows = pixels_within(y, reach, image.rows);
  const PixelRange cols = pixels_within(x, reach, image.cols);
  for (std::int32_t row = rows.begin; row < rows.end; ++row) {
    for (std::int32_t col = cols.begin; col < cols.end; ++col) {
      if (covers(col * kPixel + kPixel / 2 - x, row * kPixel + kPixel / 2 - y)) *image.at(row, col) = 0;
    }
  }
}

}  // namespace

void check_arrow_options(const ArrowOptions& options) {
  if (options.size < 64 || options.size > 1024) {
    throw ConfigError("arrow images: size " + std::to_string(options.size) + " is not in 64..1024");
  }
  if (options.reference_size < 64 || options.reference_size > options.size) {
    throw ConfigError("arrow images: reference size " + std::to_string(options.reference_size) +
                      " is not in 64.." + std::to_string(options.size) + " (the size of the image)");
  }
  if (options.turned_percent < 0 || options.turned_percent > 100) {
    throw ConfigError("arrow images: " + std::to_string(options.turned_percent) +
                      " of a hundred misses turned round is not in 0..100");
  }
}

ArrowScene arrow_scene(const ArrowOptions& options, std::uint64_t seed, std::uint64_t index) {
  check_arrow_options(options);
  Random random(mix_seed(seed, kStream), index);
  const std::int64_t margin = scaled(options, 30);
  const std::int64_t field = options.size * kPixel - 2 * margin;
  ArrowScene scene;
  scene.hit = random.below(2) == 0;
  const std::int64_t radius = uniform(random, scaled(options, 15), scaled(options, 30) + 1);
  const std::int64_t arrow_x = margin + uniform(random, 0, field);
  const std::int64_t arrow_y = margin + uniform(random, 0, field);
  scene.radius = static_cast<std::int32_t>(radius);
  scene.arrow_x = static_cast<std::int32_t>(arrow_x);
  scene.arrow_y = static_cast<std::int32_t>(arrow_y);
  scene.length = static_cast<std::int32_t>(uniform(random, scaled(options, 10), scaled(options, 30)));
  scene.width = static_cast<std::int32_t>(uniform(random, scaled(options, 2), scaled(options, 3)));
  scene.circle_x = static_cast<std::int32_t>(circle_place(random, arrow_x, radius, margin, field));
  scene.circle_y = static_cast<std::int32_t>(circle_place(random, arrow_y, radius, margin, field));
  const bool turned = !scene.hit && options.turned_percent > 0 &&
                      random.below(100) < static_cast<std::uint64_t>(options.turned_percent);
  Direction direction = any_direction(random);
  while (!direction_fits(scene, turned, direction)) direction = any_direction(random);
  scene.direction_x = direction.x;
  scene.direction_y = direction.y;
  return scene;
}

Image draw_arrow(const ArrowOptions& options, const ArrowScene& scene) {
  check_arrow_options(options);
  Image image = make_image(options.size, options.size, 1, 255);
  const std::int64_t radius = scene.radius;
  fill(image, scene.circle_x, scene.circle_y, radius,
       [&](std::int64_t x, std::int64_t y) { return x * x + y * y <= radius * radius; });
  const std::int64_t width = std::max<std::int64_t>(scene.width, kPixel);
  const std::int64_t tip = scene.length * (kUnit / 2);  // from the middle along the direction
  const std::int64_t head = std::min<std::int64_t>(2 * width, scene.length) * kUnit;
  fill(image, scene.arrow_x, scene.arrow_y, scene.length / 2 + 2 * width,
       [&](std::int64_t x, std::int64_t y) {
         const std::int64_t along = x * scene.direction_x + y * scene.direction_y;
         const std::int64_t across = std::abs(x * scene.direction_y - y * scene.direction_x);
         if (along < -tip || along > tip) return false;
         // The head narrows to the tip by 3/4 of a step to each side for each step ahead.
         return along < tip - head ? 2 * across <= width * kUnit : 4 * across <= 3 * (tip - along);
       });
  return image;
}

}  // namespace plstm
