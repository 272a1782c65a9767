#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <numbers>
#include <numeric>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/atomic_file.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/csv.hpp>
#include <plstm/train/files/language_model_file.hpp>
#include <plstm/train/loop/sequence_learner.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "commands.hpp"
#include "support/terminal/output_folder.hpp"
#include "text_data.hpp"
#include "text_sampler.hpp"

namespace plstm::sequence {
namespace {

struct TextOptions {
  std::filesystem::path input;
  std::filesystem::path model;  ///< to generate from, instead of training
  std::filesystem::path output_dir = "text-model";
  TextSplit split;
  SampleOptions sample;
  LanguageModelConfig config;
  TrainOptions train;
  std::string block = "pre_up", eigenvalues = "tanh", norm = "exponential_orthogonalization";
  Index state = 1;
  int threads = 0;

  TextOptions() {
    config.width = 96;
    config.gate_weights = true;
    config.sub_head_width = 0;
    train.loss = LossKind::kCrossEntropy;
    train.metric = Metric::kAccuracy;
    train.epochs = 10;
    train.batch_size = 32;
    train.learning_rate = 3e-3;
    train.warmup_epochs = 0.5;
  }
};

double bits(double loss) {
  return loss / std::numbers::ln2;
}

void write_metrics(const std::filesystem::path& path, const std::vector<EpochReport>& history) {
  AtomicFile file(path);
  write_csv_row(file.stream(), std::vector<std::string>{"epoch", "learning_rate", "train_bits",
                                                        "validation_bits", "validation_accuracy", "seconds"});
  for (const EpochReport& e : history) {
    write_csv_row(file.stream(),
                  std::vector<std::string>{fmt::to_string(e.epoch), fmt::format("{:.6g}", e.learning_rate),
                                           fmt::format("{:.5f}", bits(e.train_loss)),
                                           fmt::format("{:.5f}", bits(e.validation_loss)),
                                           fmt::format("{:.5f}", e.validation_metric),
                                           fmt::format("{:.2f}", e.seconds)});
  }
  file.commit();
}

void train_text(const TextOptions& o) {
  const TextData data = read_text_data(o.input, o.split);
  TrainedLanguageModel trained;
  trained.vocabulary = data.vocabulary;
  trained.config = o.config;
  trained.config.vocabulary = std::ssize(data.vocabulary);
  trained.config.block = parse_sequence_block(o.block);
  trained.config.eigenvalues = parse_eigenvalue_form(o.eigenvalues);
  trained.config.norm = parse_transition_norm(o.norm);
  trained.config.tracking = {.state = o.state, .key = 1, .value = o.state, .output = o.state, .query = 1};
  const LanguageModel model = make_language_model(trained.config);
  apps::make_folder(o.output_dir);
  fmt::print(
      "{} characters, {} different ones; {} parameters; single characters alone: {:.3f} bits per character\n",
      data.tokens.size(), data.vocabulary.size(), model.layout.num_values(), unigram_bits(data));
  std::vector<std::int32_t> rows(data.starts.size());
  std::iota(rows.begin(), rows.end(), 0);
  const std::vector<std::uint8_t> present(data.targets.size(), 1);
  const auto count = static_cast<Index>(rows.size());
  const auto length = static_cast<Index>(data.length);
  const std::span<const std::int32_t> all(rows);
  const TrainingData training{{data.targets.data(), count, length},
                              {present.data(), count, length},
                              all.first(static_cast<std::size_t>(data.train)),
                              all.subspan(static_cast<std::size_t>(data.train))};
  const TrainResult result =
      train(sequence_learner(model, {data.tokens, data.starts, length}),
            initial_values<float>(model.layout, o.train.seed), training, o.train, [](const EpochReport& e) {
              fmt::print(
                  "epoch {:3}: {:.4f} bits per character, validation {:.4f}, accuracy "
                  "{:.4f}, {:.1f} s{}\n",
                  e.epoch, bits(e.train_loss), bits(e.validation_loss), e.validation_metric, e.seconds,
                  e.best ? " *" : "");
              std::fflush(stdout);
            });
  trained.parameters = result.parameters;
  save_language_model(o.output_dir / "model.safetensors", trained);
  write_metrics(o.output_dir / "metrics.csv", result.history);
  const std::string sample = sample_text(trained, o.sample);
  apps::write_text(o.output_dir / "sample.txt", sample + "\n");
  const EpochReport& best = result.history[static_cast<std::size_t>(result.best_epoch - 1)];
  fmt::print("validation: {:.4f} bits per character in epoch {}; model in {}\n{}\n",
             bits(best.validation_loss), best.epoch, (o.output_dir / "model.safetensors").string(), sample);
}

void run_text(const TextOptions& o) {
  if (o.input.empty() == o.model.empty()) {
    throw ConfigError("give either --input, a text to learn, or --generate, a model to continue texts with");
  }
  const ThreadLimit limit(o.threads);
  if (!o.model.empty()) {
    fmt::print("{}\n", sample_text(load_language_model(o.model), o.sample));
  } else {
    train_text(o);
  }
}

}  // namespace

void add_text_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand(
      "text", "Train a language model on the characters of a text file, or generate text");
  auto options = std::make_shared<TextOptions>();
  TextOptions& o = *options;
  const auto add = [app](const char* flag, auto& value, const char* help) {
    return app->add_option(flag, value, help)->capture_default_str();
  };
  app->add_option("-i,--input", o.input, "text file to train on; any bytes");
  app->add_option("--generate", o.model, "model file that continues a text; nothing is trained then");
  add("-o,--output-dir", o.output_dir, "folder for the model, metrics.csv and sample.txt");
  add("--length", o.split.length, "length of the sequences");
  add("--validation", o.split.validation,
      "share of the text for validation, at its end; at most 131072 characters of it are used");
  add("--epochs", o.train.epochs, "passes over the text");
  add("--batch-size", o.train.batch_size, "sequences per step");
  add("--learning-rate", o.train.learning_rate, "learning rate after warm-up");
  add("--weight-decay", o.train.adamw.weight_decay, "AdamW's decoupled decay");
  add("--seed", o.train.seed, "seed of training and samples");
  add("--width", o.config.width, "width of the model");
  add("--blocks", o.config.blocks, "number of blocks");
  add("--heads", o.config.heads, "heads of each layer");
  add("--taps", o.config.taps, "taps of the convolution (0: no convolution)");
  add("--sub-head-width", o.config.sub_head_width,
      "number of inputs that a block of query, key and value reads (0: all)");
  add("--dropout", o.config.dropout, "dropout on the output of each branch");
  add("--state", o.state, "columns of the state, JT = JV = JO");
  add("--block", o.block, "kind of block: pre_up or post_up");
  add("--eigenvalues", o.eigenvalues, "eigenvalues of the transitions: tanh, logsigmoid, expexp");
  add("--norm", o.norm, "normalisation of transitions with --state above 1, see plstm-sequence track --help");
  add("--characters", o.sample.characters, "number of characters to generate");
  add("--prompt", o.sample.prompt, "text to continue");
  add("--temperature", o.sample.temperature, "temperature of the draws (0: the most likely character)");
  add("--context", o.sample.context, "largest number of characters that the model sees when it generates");
  add("--threads", o.threads, "number of threads (0: all cores); does not change results");
  app->callback([options, &command] {
    options->sample.seed = options->train.seed;
    command = [options] { run_text(*options); };
  });
}

}  // namespace plstm::sequence
