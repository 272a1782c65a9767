#include <algorithm>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/png.hpp>

#include "arrow/images/contact_sheet.hpp"
#include "arrow/training/evaluation.hpp"
#include "commands.hpp"

namespace plstm::arrow {
namespace {

struct ShowOptions {
  std::filesystem::path output, model, images_dir;
  ArrowOptions arrow;
  bool has_size = false, has_reference = false;
  std::size_t count = 48;
  std::uint64_t seed = 0;
  int threads = 0;
};

constexpr std::int64_t kSearchedImages = 2048;  // images among which wrongly classified ones are searched

ImageSet images_to_show(const ShowOptions& options, std::uint64_t first, std::int64_t count) {
  if (!options.images_dir.empty()) return images_of_folder(options.images_dir);
  return drawn_images(options.arrow, options.seed, first, count);
}

void show_wrong(ShowOptions options) {
  const TrainedNetwork trained = load_network(options.model);
  if (!options.has_reference) options.arrow.reference_size = trained.network.training_size();
  if (!options.has_size) options.arrow.size = trained.network.training_size();
  const ImageSet set = images_to_show(options, kFirstTestImage, kSearchedImages);
  check_image_size(trained.network, set.size);
  const Evaluation evaluation = evaluate(trained, set);
  if (!write_wrong_sheet(options.output, set, evaluation, options.count)) {
    fmt::print("all of {} images are classified correctly; nothing is written\n", set.count());
    return;
  }
  fmt::print("{} of {} images are wrongly classified; written to {}\n", evaluation.wrong.size(), set.count(),
             options.output.string());
}

void show_first(ShowOptions options) {
  if (!options.has_reference) options.arrow.reference_size = options.arrow.size;
  const ImageSet set = images_to_show(options, 0, static_cast<std::int64_t>(options.count));
  std::vector<Tile> tiles;
  for (std::int32_t i = 0; i < std::min<std::int64_t>(set.count(), static_cast<std::int64_t>(options.count));
       ++i) {
    tiles.push_back({set.picture(i), set.hits[static_cast<std::size_t>(i)] != 0, set.name(i)});
  }
  write_png(options.output, draw_contact_sheet(tiles));
  fmt::print("written to {}\n", options.output.string());
}

void run(const ShowOptions& options) {
  if (options.count < 1 || options.count > 1000) {
    throw ConfigError(fmt::format("--count is {}, expected 1..1000", options.count));
  }
  const ThreadLimit limit(options.threads);
  options.model.empty() ? show_first(options) : show_wrong(options);
}

}  // namespace

void add_show_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand(
      "show",
      "Draw a contact sheet of images, or of images that a model classifies wrongly; hits have green frames");
  auto options = std::make_shared<ShowOptions>();
  app->add_option("-o,--output", options->output, "PNG file")->required();
  app->add_option("model,--model-path", options->model,
                  "folder of a run, or its model file: show the wrongly classified of 2048 test images");
  CLI::Option* folder =
      app->add_option("-i,--images-dir", options->images_dir, "folder of PNG files with labels.csv");
  app->add_option("--count", options->count, "largest number of images to show")->capture_default_str();
  CLI::Option* size = app->add_option("--size", options->arrow.size,
                                      "rows and columns, 64 to 1024 (default: 192, or as in training)")
                          ->excludes(folder);
  CLI::Option* reference = app->add_option("--reference-size", options->arrow.reference_size,
                                           "image size for which arrows and circles have their usual lengths "
                                           "(default: the size, or as in training)")
                               ->excludes(folder);
  app->add_option("--seed", options->seed, "seed of the images")->excludes(folder)->capture_default_str();
  app->add_option("--threads", options->threads, "number of threads (0: all cores)")->capture_default_str();
  app->callback([options, size, reference, &command] {
    options->has_size = size->count() > 0;
    options->has_reference = reference->count() > 0;
    command = [options] { run(*options); };
  });
}

}  // namespace plstm::arrow
