#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/core/error.hpp>
#include <plstm/data/arrow.hpp>

namespace plstm {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr double kSub = 256;  // units of a scene in a pixel

struct Ray {
  double x = 0, y = 0;    // from the arrow to the circle, pixels
  double ux = 0, uy = 0;  // direction, length 1
};

Ray ray_of(const ArrowScene& s) {
  return {(s.circle_x - s.arrow_x) / kSub, (s.circle_y - s.arrow_y) / kSub,
          static_cast<double>(s.direction_x) / (1 << 30), static_cast<double>(s.direction_y) / (1 << 30)};
}

// Whether the ray meets a circle of this radius: |t u - r|^2 = radius^2 has a root t > 0.
bool meets(const Ray& ray, double radius) {
  const double b = ray.x * ray.ux + ray.y * ray.uy;
  const double discriminant = b * b - (ray.x * ray.x + ray.y * ray.y - radius * radius);
  return discriminant >= 0 && b + std::sqrt(discriminant) > 0;
}

// Angle between direction and centre line, and the angle that touches a circle of this radius.
double angle_off(const Ray& ray) {
  return std::atan2(std::abs(ray.ux * ray.y - ray.uy * ray.x), ray.ux * ray.x + ray.uy * ray.y);
}
double touching_angle(const Ray& ray, double radius) {
  return std::asin(radius / std::hypot(ray.x, ray.y));
}

std::uint64_t hash_of(const Image& image, std::uint64_t hash) {  // FNV-1a
  for (const std::uint8_t value : image.pixels) hash = (hash ^ value) * 0x100000001b3u;
  return hash;
}

const std::vector<ArrowOptions> kSizes{{192, 192}, {384, 192}, {64, 64}, {256, 64}, {1024, 192}};

TEST(Arrow, LabelsAgreeWithTheGeometry) {
  for (const ArrowOptions& options : kSizes) {
    for (std::uint64_t index = 0; index < 400; ++index) {
      const ArrowScene scene = arrow_scene(options, 3, index);
      const Ray ray = ray_of(scene);
      const double radius = scene.radius / kSub;
      // A hit meets even a smaller circle, a miss not even a larger one.
      EXPECT_EQ(meets(ray, scene.hit ? radius / 1.2001 * 1.0002 : radius * 1.1999), scene.hit)
          << "size " << options.size << " index " << index;
      EXPECT_NEAR(std::hypot(ray.ux, ray.uy), 1, 1e-5);
    }
  }
}

TEST(Arrow, HalfHit) {
  for (const ArrowOptions& options : {kSizes[0], kSizes[3]}) {
    int hits = 0;
    for (std::uint64_t index = 0; index < 10000; ++index) hits += arrow_scene(options, 0, index).hit ? 1 : 0;
    EXPECT_NEAR(hits, 5000, 200);
  }
}

TEST(Arrow, LengthsAndPlacesFillTheirRanges) {
  for (const ArrowOptions& options : kSizes) {
    std::vector<ArrowScene> scenes;
    for (std::uint64_t index = 0; index < 4000; ++index) scenes.push_back(arrow_scene(options, 9, index));
    const double scale = kSub * options.reference_size / 192;
    const double far_margin = options.size * kSub - 30 * scale;
    const auto expect_uniform = [&](std::int32_t ArrowScene::*value, double from, double to) {
      double least = 1e9, most = -1e9, mean = 0;
      for (const ArrowScene& scene : scenes) {
        least = std::min<double>(least, scene.*value);
        most = std::max<double>(most, scene.*value);
        mean += scene.*value / static_cast<double>(scenes.size());
      }
      SCOPED_TRACE(testing::Message() << from << " to " << to << " at size " << options.size);
      EXPECT_GE(least, from - 1);
      EXPECT_LE(most, to + 1);
      EXPECT_NEAR(least, from, 0.01 * (to - from) + 1);
      EXPECT_NEAR(most, to, 0.01 * (to - from) + 1);
      EXPECT_NEAR(mean, (from + to) / 2, 0.025 * (to - from));
    };
    expect_uniform(&ArrowScene::radius, 15 * scale, 30 * scale);
    expect_uniform(&ArrowScene::length, 10 * scale, 30 * scale);
    expect_uniform(&ArrowScene::width, 2 * scale, 3 * scale);
    for (const auto place :
         {&ArrowScene::arrow_x, &ArrowScene::arrow_y, &ArrowScene::circle_x, &ArrowScene::circle_y}) {
      expect_uniform(place, 30 * scale, far_margin);
    }
    for (const ArrowScene& s : scenes) {
      for (const int apart : {std::abs(s.circle_x - s.arrow_x), std::abs(s.circle_y - s.arrow_y)}) {
        EXPECT_GE(apart, 2 * s.radius);
        EXPECT_LE(apart, far_margin - 30 * scale - 2 * s.radius + 1);
      }
    }
  }
}

TEST(Arrow, DirectionsAreUniformInTheirCones) {
  constexpr int kCount = 8000;
  std::vector<int> hit_bins(8), miss_bins(8);
  double left = 0;
  for (std::uint64_t index = 0; index < kCount; ++index) {
    const ArrowScene scene = arrow_scene({}, 21, index);
    const Ray ray = ray_of(scene);
    const double radius = scene.radius / kSub;
    const double angle = angle_off(ray);
    const double inner = touching_angle(ray, radius / 1.2), outer = touching_angle(ray, radius * 1.2);
    const double share = scene.hit ? angle / inner : (angle - outer) / (std::numbers::pi - outer);
    ASSERT_GE(share, -1e-3);
    ASSERT_LE(share, 1.001);
    ++(scene.hit ? hit_bins : miss_bins)[static_cast<std::size_t>(std::clamp(share * 8, 0.0, 7.0))];
    if (ray.ux * ray.y > ray.uy * ray.x) left += 1.0 / kCount;
  }
  for (const auto* bins : {&hit_bins, &miss_bins}) {
    for (const int count : *bins) EXPECT_NEAR(count, kCount / 16, 110);
  }
  EXPECT_NEAR(left, 0.5, 0.03);
}

TEST(Arrow, TurnedMissesHaveTheirCircleStraightBehind) {
  constexpr int kCount = 4000;
  int misses = 0, behind = 0;
  std::vector<int> bins(4);
  for (std::uint64_t index = 0; index < kCount; ++index) {
    const ArrowScene scene = arrow_scene({192, 192, 60}, 4, index);
    const ArrowScene plain = arrow_scene({}, 4, index);
    if (scene.hit) {
      EXPECT_EQ(scene, plain) << "hits remain as they are";
      continue;
    }
    EXPECT_FALSE(plain.hit);
    EXPECT_EQ(scene.circle_x, plain.circle_x);
    ++misses;
    const Ray ray = ray_of(scene);
    const double share = (std::numbers::pi - angle_off(ray)) / touching_angle(ray, scene.radius / kSub / 1.2);
    if (share > 1.001) continue;
    ++behind;
    ++bins[static_cast<std::size_t>(std::clamp(share * 4, 0.0, 3.0))];
  }
  // Six in ten, and those that misses drawn at random have there: seven in a hundred of the rest.
  EXPECT_NEAR(behind, (0.6 + 0.4 * 0.066) * misses, 80);
  for (const int count : bins) EXPECT_NEAR(count, behind / 4, 75);
}

TEST(Arrow, PixelsShowDiscAndArrow) {
  for (const ArrowOptions& options : kSizes) {
    for (std::uint64_t index = 0; index < 20; ++index) {
      const ArrowScene scene = arrow_scene(options, 5, index);
      const Image image = draw_arrow(options, scene);
      ASSERT_EQ(image.rows, options.size);
      ASSERT_EQ(image.cols, options.size);
      ASSERT_EQ(image.channels, 1);
      double disc = 0, shaft_side = 0, head_side = 0, other = 0;
      for (int row = 0; row < image.rows; ++row) {
        for (int col = 0; col < image.cols; ++col) {
          const int value = *image.at(row, col);
          ASSERT_TRUE(value == 0 || value == 255);
          if (value == 255) continue;
          const double x = col + 0.5, y = row + 0.5;
          const Ray ray = ray_of(scene);
          const double ax = x - scene.arrow_x / kSub, ay = y - scene.arrow_y / kSub;
          if (std::hypot(x - scene.circle_x / kSub, y - scene.circle_y / kSub) <=
              scene.radius / kSub + 1e-6) {
            ++disc;
          } else if (std::hypot(ax, ay) <= scene.length / kSub / 2 + 3) {
            ++(ax * ray.ux + ay * ray.uy > 0 ? head_side : shaft_side);
          } else {
            ++other;
          }
        }
      }
      SCOPED_TRACE(testing::Message() << "size " << options.size << " index " << index);
      const double radius = scene.radius / kSub;
      EXPECT_NEAR(disc, std::numbers::pi * radius * radius, 4 * radius);
      EXPECT_EQ(other, 0);
      EXPECT_GT(shaft_side, 0);
      EXPECT_GT(head_side, 0);
      // Long arrows are visibly heavier in front.
      if (scene.length / kSub > 20) {
        EXPECT_GT(head_side, shaft_side);
      }
    }
  }
}

TEST(Arrow, LinesHaveNoGaps) {
  // Along the arrow, a step of one pixel always meets black among the four pixels around.
  const ArrowOptions options{64, 64};
  for (std::uint64_t index = 0; index < 200; ++index) {
    const ArrowScene scene = arrow_scene(options, 6, index);
    const Image image = draw_arrow(options, scene);
    const Ray ray = ray_of(scene);
    const double half = scene.length / kSub / 2 - 1;
    for (double step = -half; step <= half; step += 0.5) {
      const double x = scene.arrow_x / kSub + step * ray.ux - 0.5;
      const double y = scene.arrow_y / kSub + step * ray.uy - 0.5;
      bool black = false;
      for (const int row : {0, 1}) {
        for (const int col : {0, 1}) {
          black |=
              *image.at(static_cast<int>(std::floor(y)) + row, static_cast<int>(std::floor(x)) + col) == 0;
        }
      }
      EXPECT_TRUE(black) << "index " << index << " step " << step;
    }
  }
}

TEST(Arrow, PixelsAreTheSameOnEveryMachine) {
  std::vector<std::uint64_t> hashes;
  for (const ArrowOptions& options : kSizes) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (std::uint64_t index = 0; index < 32; ++index) {
      const ArrowScene scene = arrow_scene(options, 2024, index);
      hash = hash_of(draw_arrow(options, scene), hash) + (scene.hit ? 1 : 0);
    }
    hashes.push_back(hash);
  }
  EXPECT_THAT(hashes,
              ::testing::ElementsAre(7260989077914010138u, 12376417645994017060u, 5897068494674477349u,
                                     2246850938163187462u, 5268678034376068065u));
}

TEST(Arrow, SeedAndIndexNameTheImage) {
  std::set<std::uint64_t> images;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    for (std::uint64_t index = 0; index < 30; ++index) {
      const ArrowScene scene = arrow_scene({64, 64}, seed, index);
      EXPECT_EQ(scene, arrow_scene({64, 64}, seed, index));
      images.insert(hash_of(draw_arrow({64, 64}, scene), 0));
    }
  }
  EXPECT_EQ(images.size(), 90u);
}

TEST(Arrow, BadSizesAreNamedWithTheirRange) {
  const auto expect_error = [](ArrowOptions options, const char* message) {
    EXPECT_THAT([&] { arrow_scene(options, 0, 0); }, ThrowsMessage<ConfigError>(HasSubstr(message)));
    EXPECT_THAT([&] { draw_arrow(options, {}); }, ThrowsMessage<ConfigError>(HasSubstr(message)));
  };
  expect_error({0, 64}, "size 0 is not in 64..1024");
  expect_error({1, 1}, "size 1 is not in 64..1024");
  expect_error({1025, 192}, "size 1025 is not in 64..1024");
  expect_error({192, 193}, "reference size 193 is not in 64..192");
  expect_error({192, 0}, "reference size 0 is not in 64..192");
  expect_error({192, 192, -1}, "-1 of a hundred misses turned round is not in 0..100");
  expect_error({192, 192, 101}, "101 of a hundred misses turned round is not in 0..100");
}

}  // namespace
}  // namespace plstm
