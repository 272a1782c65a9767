#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/train/files/language_model_file.hpp>

#include "commands.hpp"
#include "support/rank_roles.hpp"
#include "text_training.hpp"

namespace plstm::sequence {
namespace {

void run_text(const TextOptions& o, const Ranks& ranks) {
  if (o.input.empty() == o.model.empty()) {
    throw ConfigError("give either --input, a text to learn, or --generate, a model to continue texts with");
  }
  const ThreadLimit limit(apps::threads_for(ranks, o.threads));
  if (!o.model.empty()) {
    apps::leave_to_first(ranks);
    fmt::print("{}\n", for_standard_output(sample_text(load_language_model(o.model), o.sample)));
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
  app->add_option("-i,--input", o.input, "text file to train on; any bytes; - is standard input");
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
  apps::add_resume_flags(*app, o.resume);
  add("--threads", o.threads, "number of threads (0: all cores); does not change results");
  app->callback([options, &command] {
    options->sample.seed = options->train.seed;
    command = [options](const Ranks& ranks) {
      options->train.ranks = ranks;
      run_text(*options, ranks);
    };
  });
}

}  // namespace plstm::sequence
