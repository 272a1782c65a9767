#include <algorithm>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/arrow.hpp>
#include <plstm/data/png.hpp>

#include "arrow/images/contact_sheet.hpp"
#include "arrow/images/image_folder.hpp"
#include "commands.hpp"
#include "support/terminal/output_folder.hpp"

namespace plstm::arrow {
namespace {

struct GenerateOptions {
  std::filesystem::path output_dir;
  ArrowOptions arrow;
  std::int64_t count = 100;
  std::uint64_t seed = 0;
  int threads = 0;
};

void run(const GenerateOptions& options) {
  check_arrow_options(options.arrow);
  if (options.count < 1 || options.count > 1'000'000) {
    throw ConfigError(fmt::format("--count is {}, expected 1..1000000", options.count));
  }
  const ThreadLimit limit(options.threads);
  apps::make_folder(options.output_dir);
  const std::vector<LabelledFile> files =
      write_image_folder(options.output_dir, options.arrow, options.seed, options.count);
  std::vector<Tile> tiles;
  for (std::int64_t i = 0; i < std::min<std::int64_t>(options.count, kSheetImages); ++i) {
    const auto index = static_cast<std::uint64_t>(i);
    tiles.push_back({draw_arrow(options.arrow, arrow_scene(options.arrow, options.seed, index)),
                     files[index].hit, fmt::to_string(i)});
  }
  write_png(options.output_dir / "contact_sheet.png", draw_contact_sheet(tiles));
  const auto hits = std::ranges::count_if(files, [](const LabelledFile& file) { return file.hit; });
  fmt::print("{} images of {} x {}, {} hit; written to {}\n", files.size(), options.arrow.size,
             options.arrow.size, hits, options.output_dir.string());
}

}  // namespace

void add_generate_command(CLI::App& program, Command& command) {
  CLI::App* app =
      program.add_subcommand("generate", "Write images as PNG files, labels.csv and a contact sheet");
  auto options = std::make_shared<GenerateOptions>();
  app->add_option("-o,--output-dir", options->output_dir, "folder for the images")->required();
  app->add_option("--count", options->count, "number of images to write")->capture_default_str();
  app->add_option("--size", options->arrow.size, "rows and columns, 64 to 1024")->capture_default_str();
  CLI::Option* reference = app->add_option("--reference-size", options->arrow.reference_size,
                                           "image size for which arrows and circles have their usual lengths "
                                           "(default: the size; a smaller one spreads them)");
  app->add_option("--seed", options->seed, "seed of the images")->capture_default_str();
  app->add_option("--threads", options->threads, "number of threads (0: all cores); does not change results")
      ->capture_default_str();
  app->callback([options, reference, &command] {
    if (reference->count() == 0) options->arrow.reference_size = options->arrow.size;
    command = [options] { run(*options); };
  });
}

}  // namespace plstm::arrow
