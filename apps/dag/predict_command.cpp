#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/core/parallel.hpp>

#include "commands.hpp"
#include "graph_input.hpp"
#include "graph_tables.hpp"
#include "support/results/model_flags.hpp"
#include "support/results/tables.hpp"
#include "support/terminal/progress.hpp"
#include "trained.hpp"

namespace plstm::dag {
namespace {

namespace fs = std::filesystem;

struct PredictOptions {
  InputOptions input;
  std::vector<fs::path> models;
  fs::path output;
  std::optional<double> confidence;
  std::string precision;
  apps::CellOptions cells;
  int threads = 0;
};

struct Counts {
  std::int64_t graphs = 0, bad = 0, rows = 0;
};

// Writes the rows of graphs as they come.
class Writer {
 public:
  /// Throws ConfigError for intervals of a model that has none, before anything is written.
  Writer(const DagPredictor& predictor, const PredictOptions& options)
      : predictor_(checked(predictor, options)),
        confidence_(options.confidence),
        table_(options.output, options.cells) {
    std::vector<std::string> header = thing_columns(predictor.level());
    std::vector<std::string> names = predictor.predictor().columns();
    std::ranges::move(apps::class_columns(predictor.task_names(), predictor.tasks()),
                      std::back_inserter(names));
    if (confidence_.has_value()) {
      for (std::size_t task = 0; task < predictor.tasks().size(); ++task) {
        const std::string& target = predictor.task_names()[task];
        if (predictor.tasks()[task].type == TaskType::kRegression) {
          names.push_back(target + "_low");
          names.push_back(target + "_high");
        } else {
          names.push_back(target + "_set");
        }
      }
    }
    columns_ = names.size();
    std::ranges::move(apps::distinct_names(header, names, "_predicted"), std::back_inserter(header));
    header.emplace_back("error");
    table_.write(header);
  }

  void write(std::span<const GraphRecord> records) {
    const std::vector<DagPrediction> said = predictor_.predict(records, confidence_);
    for (std::size_t i = 0; i < records.size(); ++i) {
      ++counts_.graphs;
      if (said[i]) {
        write_things(records[i], said[i]);
      } else {
        ++counts_.bad;
        std::vector<std::string> fields(thing_columns(predictor_.level()).size() + columns_);
        fields.front() = records[i].name;
        fields.push_back(said[i].error);
        table_.write(std::move(fields));
      }
    }
  }

  void commit() { table_.commit(); }
  const Counts& counts() const { return counts_; }
  std::string note() const { return table_.note(); }

 private:
  void write_things(const GraphRecord& record, const DagPrediction& said) {
    const std::size_t width = predictor_.predictor().columns().size(), tasks = predictor_.tasks().size();
    const std::int64_t things = num_things(record, predictor_.level());
    for (std::int64_t thing = 0; thing < things; ++thing) {
      const auto at = static_cast<std::size_t>(thing);
      std::vector<std::string> fields = thing_cells(record, predictor_.level(), thing);
      const std::span<const double> values = std::span(said.values).subspan(at * width, width);
      std::ranges::transform(values, std::back_inserter(fields), apps::format_prediction);
      std::ranges::move(apps::class_cells(predictor_.tasks(), values), std::back_inserter(fields));
      for (std::size_t task = 0; task < tasks && confidence_.has_value(); ++task)
        add_certainty(said.certainty[at * tasks + task], predictor_.tasks()[task], fields);
      fields.emplace_back();
      table_.write(std::move(fields));
      ++counts_.rows;
    }
  }

  static void add_certainty(const TaskCertainty& certainty, const Task& task,
                            std::vector<std::string>& fields) {
    if (task.type == TaskType::kRegression) {
      for (const double end : {certainty.low, certainty.high})
        fields.push_back(std::isfinite(end) ? apps::format_prediction(end) : "");
      return;
    }
    std::vector<std::string> names;
    for (const std::int32_t c : certainty.classes) names.push_back(class_name(task, c));
    fields.push_back(fmt::format("{}", fmt::join(names, "; ")));
  }

  static const DagPredictor& checked(const DagPredictor& predictor, const PredictOptions& options) {
    if (options.confidence.has_value()) predictor.level(*options.confidence);
    return predictor;
  }

  const DagPredictor& predictor_;
  std::optional<double> confidence_;
  apps::TableWriter table_;
  std::size_t columns_ = 0;
  Counts counts_;
};

void run(const PredictOptions& options) {
  std::vector<fs::path> inputs = options.models;
  inputs.insert(inputs.end(), options.input.paths.begin(), options.input.paths.end());
  apps::check_output(options.output, inputs);
  const ThreadLimit limit(options.threads);
  const DagPredictor predictor = load_predictor(options.models, options.precision);
  Writer writer(predictor, options);
  // Memory does not grow with the number of graphs, and a batch has work for all threads.
  constexpr std::int64_t kNodesAtOnce = 200'000;
  constexpr std::size_t kGraphsAtOnce = 4096;
  std::vector<GraphRecord> piece;
  std::int64_t nodes = 0;
  apps::Progress progress("predicting", "graphs");
  const auto flush = [&] {
    writer.write(piece);
    piece.clear();
    nodes = 0;
    progress.at(writer.counts().graphs, std::nullopt);
  };
  const GraphReadOptions reading = reading_of(options.input);
  for (const fs::path& path : options.input.paths) {
    read_graphs(path, reading, [&](GraphRecord&& record) {
      nodes += record.num_nodes;
      piece.push_back(std::move(record));
      if (nodes >= kNodesAtOnce || piece.size() >= kGraphsAtOnce) flush();
    });
  }
  if (!piece.empty()) flush();
  writer.commit();
  const Counts& counts = writer.counts();
  if (counts.graphs == 0)
    fmt::print(stderr, "plstm-dag: {} holds no graph\n", printable(options.input.paths.front().string()));
  if (apps::goes_to_file(options.output)) {
    fmt::print("{} graphs predicted, {} rows, {} bad graphs, written to {}\n", counts.graphs - counts.bad,
               counts.rows, counts.bad, options.output.string());
  } else if (counts.bad > 0) {
    fmt::print(stderr, "plstm-dag: {} of {} graphs are bad, see the error column\n", counts.bad,
               counts.graphs);
  }
  if (const std::string note = writer.note(); !note.empty()) fmt::print(stderr, "plstm-dag: {}\n", note);
}

}  // namespace

void add_predict_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand("predict", "Predict labels with a trained model");
  auto options = std::make_shared<PredictOptions>();
  add_input_flags(*app, options->input);
  app->option_defaults()->group("Model");
  apps::add_model_paths(*app, options->models);
  app->option_defaults()->group("Output");
  app->add_option("-o,--preds-path,--output", options->output,
                  "CSV file to write, compressed if it ends in .gz (default, and -: standard output)");
  app->add_option(
      "--confidence", options->confidence,
      "also write intervals, or sets of classes, that hold the label with this probability, as 0.9");
  apps::add_cell_flags(*app, options->cells);
  apps::add_running_flags(*app, options->precision, options->threads);
  app->footer(
      "Example: plstm-dag predict -i new.jsonl --model-paths run -o predictions.csv --confidence 0.9");
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::dag
