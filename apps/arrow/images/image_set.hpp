#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <plstm/data/arrow.hpp>
#include <plstm/train/loop/image_learner.hpp>

namespace plstm::arrow {

/// Square grey pictures of one size with their labels.
struct ImageSet {
  std::int32_t size = 0;                              ///< rows and columns
  std::vector<std::uint8_t> hits;                     ///< labels, 0 or 1, one for each picture
  std::function<Image(std::int32_t sample)> picture;  ///< thread-safe
  std::function<std::string(std::int32_t sample)> name;

  std::int64_t count() const { return std::ssize(hits); }
};

/// Images first..first+count-1 of a seed. They are drawn again whenever they are read, so they take no memory.
/// Throws ConfigError for options that arrow_scene rejects, or if there are no images.
ImageSet drawn_images(const ArrowOptions& options, std::uint64_t seed, std::uint64_t first,
                      std::int64_t count);

/// The images of two sets that have the same image size, those of `front` first.
ImageSet joined(ImageSet front, ImageSet back);

/// The index of the first test image. It is larger than the index of any image that a training can draw.
constexpr std::uint64_t kFirstTestImage = std::uint64_t{1} << 32;

/// The PNG files of labels.csv in the folder, in memory. Throws FileError naming a file that cannot be read or has
/// another size than the first.
ImageSet images_of_folder(const std::filesystem::path& folder);

/// Samples as a network reads them: white is 0, black is 1. `set` must outlive the result.
ImageSource image_source(const ImageSet& set);

}  // namespace plstm::arrow
