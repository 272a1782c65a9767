#include "image_set.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

#include "image_folder.hpp"

namespace plstm::arrow {

ImageSet drawn_images(const ArrowOptions& options, std::uint64_t seed, std::uint64_t first,
                      std::int64_t count) {
  check_arrow_options(options);
  if (count < 1 || count > 100'000'000) {
    throw ConfigError(fmt::format("number of images: {} is not in 1..100000000", count));
  }
  ImageSet set;
  set.size = options.size;
  set.hits.resize(static_cast<std::size_t>(count));
  parallel_for(set.hits.size(), 1024,
               [&](std::size_t i) { set.hits[i] = arrow_scene(options, seed, first + i).hit ? 1 : 0; });
  set.picture = [=](std::int32_t sample) {
    const auto index = first + static_cast<std::uint64_t>(sample);
    return draw_arrow(options, arrow_scene(options, seed, index));
  };
  set.name = [](std::int32_t sample) { return fmt::to_string(sample); };
  return set;
}

ImageSet joined(ImageSet front, ImageSet back) {
  ImageSet set;
  set.size = front.size;
  set.hits = std::move(front.hits);
  const auto border = static_cast<std::int32_t>(set.hits.size());
  set.hits.insert(set.hits.end(), back.hits.begin(), back.hits.end());
  set.picture = [border, f = std::move(front.picture), b = std::move(back.picture)](std::int32_t sample) {
    return sample < border ? f(sample) : b(sample - border);
  };
  set.name = [border, f = std::move(front.name), b = std::move(back.name)](std::int32_t sample) {
    return sample < border ? f(sample) : b(sample - border);
  };
  return set;
}

ImageSet images_of_folder(const std::filesystem::path& folder) {
  const auto files = std::make_shared<const std::vector<LabelledFile>>(read_labels(folder));
  auto images = std::make_shared<std::vector<Image>>(files->size());
  ImageSet set;
  for (std::size_t i = 0; i < files->size(); ++i) {
    const std::filesystem::path path = folder / (*files)[i].file;
    (*images)[i] = read_grey_square(path);
    if (i == 0) set.size = (*images)[i].rows;
    if ((*images)[i].rows != set.size) {
      throw FileError(
          fmt::format("{}: has {} rows, those before have {}; all images of a folder need one size",
                      path.string(), (*images)[i].rows, set.size));
    }
    set.hits.push_back((*files)[i].hit ? 1 : 0);
  }
  set.picture = [images](std::int32_t sample) { return (*images)[static_cast<std::size_t>(sample)]; };
  set.name = [files](std::int32_t sample) { return (*files)[static_cast<std::size_t>(sample)].file; };
  return set;
}

ImageSource image_source(const ImageSet& set) {
  ImageSource source;
  source.samples = set.count();
  source.rows = set.size;
  source.cols = set.size;
  source.channels = 1;
  source.read = [&set](std::int32_t sample, float* values) {
    const Image image = set.picture(sample);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      values[i] = 1.0f - static_cast<float>(image.pixels[i]) / 255.0f;
    }
  };
  return source;
}

}  // namespace plstm::arrow
