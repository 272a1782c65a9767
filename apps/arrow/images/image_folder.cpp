#include "image_folder.hpp"

#include <fstream>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/data/png.hpp>

namespace plstm::arrow {
namespace {

std::string pixels(std::int32_t length) {
  return fmt::format("{:.3f}", length / 256.0);
}

std::vector<std::string> label_row(const LabelledFile& file, const ArrowScene& s) {
  constexpr double kUnit = 1 << 30;
  return {file.file,
          s.hit ? "1" : "0",
          pixels(s.arrow_x),
          pixels(s.arrow_y),
          fmt::format("{:.6f}", static_cast<double>(s.direction_x) / kUnit),
          fmt::format("{:.6f}", static_cast<double>(s.direction_y) / kUnit),
          pixels(s.length),
          pixels(s.width),
          pixels(s.circle_x),
          pixels(s.circle_y),
          pixels(s.radius)};
}

}  // namespace

std::vector<LabelledFile> write_image_folder(const std::filesystem::path& folder, const ArrowOptions& options,
                                             std::uint64_t seed, std::int64_t count) {
  std::vector<LabelledFile> files(static_cast<std::size_t>(count));
  std::vector<ArrowScene> scenes(files.size());
  parallel_for(files.size(), 16, [&](std::size_t i) {
    scenes[i] = arrow_scene(options, seed, i);
    files[i] = {fmt::format("{:06}.png", i), scenes[i].hit};
    write_png(folder / files[i].file, draw_arrow(options, scenes[i]));
  });
  AtomicFile labels(folder / "labels.csv");
  write_csv_row(labels.stream(),
                std::vector<std::string>{"file", "hit", "arrow_x", "arrow_y", "direction_x", "direction_y",
                                         "length", "width", "circle_x", "circle_y", "radius"});
  for (std::size_t i = 0; i < files.size(); ++i) {
    write_csv_row(labels.stream(), label_row(files[i], scenes[i]));
  }
  labels.commit();
  return files;
}

std::vector<LabelledFile> read_labels(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "labels.csv";
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw FileError(path.string() +
                    ": cannot be opened; a folder of images has its labels there (columns file, hit)");
  }
  CsvReader reader(stream, path.string());
  const std::size_t file = reader.column("file"), hit = reader.column("hit");
  std::vector<LabelledFile> files;
  for (CsvRow row; reader.next(row);) {
    const auto fail = [&](const std::string& problem) {
      throw FileError(fmt::format("{}: line {}: {}", path.string(), row.line, problem));
    };
    if (!row.problem.empty()) fail(row.problem);
    if (row.fields[file].empty()) fail("there is no file name");
    if (row.fields[hit] != "0" && row.fields[hit] != "1") {
      fail(fmt::format("hit is '{}', expected 0 or 1", row.fields[hit]));
    }
    files.push_back({row.fields[file], row.fields[hit] == "1"});
  }
  if (files.empty()) throw FileError(path.string() + ": names no image");
  return files;
}

Image read_grey_square(const std::filesystem::path& path) {
  const Image image = read_png(path);
  if (image.rows != image.cols) {
    throw FileError(
        fmt::format("{}: has {} x {} pixels, expected a square", path.string(), image.cols, image.rows));
  }
  if (image.channels == 1) return image;
  Image grey = make_image(image.rows, image.cols, 1, 0);
  for (std::size_t i = 0; i < grey.pixels.size(); ++i) {
    const std::uint8_t* pixel = image.pixels.data() + 3 * i;
    grey.pixels[i] =
        static_cast<std::uint8_t>((299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2] + 500) / 1000);
  }
  return grey;
}

}  // namespace plstm::arrow
