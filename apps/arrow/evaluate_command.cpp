#include <filesystem>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

#include "arrow/images/contact_sheet.hpp"
#include "arrow/training/evaluation.hpp"
#include "commands.hpp"
#include "support/terminal/output_folder.hpp"

namespace plstm::arrow {
namespace {

struct EvaluateOptions {
  std::filesystem::path model, images_dir, output_dir;
  std::int32_t size = 0;  // 0: the size of the training images
  std::int64_t count = 2048;
  std::uint64_t data_seed = 0;
  std::string precision;  // empty: the precision of the training
  int threads = 0;
};

ImageSet images_to_evaluate(const EvaluateOptions& options, const TrainedNetwork& trained) {
  if (!options.images_dir.empty()) return images_of_folder(options.images_dir);
  const std::int32_t training_size = trained.network.training_size();
  return drawn_images({options.size == 0 ? training_size : options.size, training_size}, options.data_seed,
                      kFirstTestImage, options.count);
}

void run(const EvaluateOptions& options) {
  const ThreadLimit limit(options.threads);
  TrainedNetwork trained = load_network(options.model);
  if (!options.precision.empty()) trained.precision = parse_precision(options.precision);
  const ImageSet set = images_to_evaluate(options, trained);
  check_image_size(trained.network, set.size);
  const Evaluation evaluation = evaluate(trained, set);
  fmt::print("{}", format_scores(trained.network.training_size(), std::span(&evaluation.score, 1)));
  if (options.output_dir.empty()) return;
  apps::make_folder(options.output_dir);
  write_predictions(options.output_dir / "predictions.csv", set, evaluation);
  write_wrong_sheet(options.output_dir / "wrong.png", set, evaluation, kSheetImages);
  fmt::print("written to {}\n", options.output_dir.string());
}

}  // namespace

void add_evaluate_command(CLI::App& program, Command& command) {
  CLI::App* app =
      program.add_subcommand("evaluate", "Test a trained model at any size or on a folder of images");
  auto options = std::make_shared<EvaluateOptions>();
  app->add_option("model,--model-path", options->model, "folder of a run, or its model file")->required();
  CLI::Option* folder = app->add_option("-i,--images-dir", options->images_dir,
                                        "folder of PNG files with labels.csv (columns file, hit)");
  app->add_option("--size", options->size,
                  "rows and columns of the images drawn for the test (default: as in training)")
      ->excludes(folder);
  app->add_option("--count", options->count, "number of images to draw")
      ->excludes(folder)
      ->capture_default_str();
  app->add_option("--data-seed", options->data_seed, "seed of the images drawn")
      ->excludes(folder)
      ->capture_default_str();
  app->add_option("-o,--output-dir", options->output_dir,
                  "folder for predictions.csv and a contact sheet of wrongly classified images, wrong.png");
  app->add_option("--precision", options->precision,
                  "precision of products: float or bfloat16 (default: as in training)")
      ->check(CLI::IsMember({"float", "bfloat16"}));
  app->add_option("--threads", options->threads, "number of threads (0: all cores); does not change results")
      ->capture_default_str();
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::arrow
