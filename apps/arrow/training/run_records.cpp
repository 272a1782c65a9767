#include "run_records.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/cpu.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>
#include <plstm/core/files/json_depth.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/data/files/csv.hpp>
#include <plstm/data/number.hpp>

#include "arrow/images/chart.hpp"
#include "support/json_text.hpp"
#include "support/terminal/machine_facts.hpp"

namespace plstm::arrow {
namespace {

std::string field(double value) {
  return std::isnan(value) ? "" : format_number(value);
}

std::string format_duration(double seconds) {
  const auto total = static_cast<long>(std::lround(seconds));
  if (total < 60) return fmt::format("{}s", total);
  if (total < 3600) return fmt::format("{}m{:02}s", total / 60, total % 60);
  return fmt::format("{}h{:02}m", total / 3600, total / 60 % 60);
}

}  // namespace

void write_metrics(const std::filesystem::path& path, std::span<const EpochReport> history) {
  AtomicFile file(path);
  write_csv_row(file.stream(),
                std::vector<std::string>{"epoch", "learning_rate", "train_loss", "validation_loss",
                                         "validation_accuracy", "best", "images_per_second", "seconds"});
  for (const EpochReport& r : history) {
    write_csv_row(file.stream(),
                  std::vector<std::string>{
                      fmt::to_string(r.epoch), format_number(r.learning_rate), field(r.train_loss),
                      field(r.validation_loss), field(r.validation_metric), r.best ? "1" : "0",
                      fmt::format("{:.1f}", r.samples_per_second), fmt::format("{:.3f}", r.seconds)});
  }
  file.commit();
}

std::string format_epoch(const EpochReport& r, std::int64_t epochs) {
  return fmt::format(
      "epoch {:>{}}/{}  train loss {:.4f}  val loss {:.4f}  val accuracy {:.4f}{}  {:.0f} images/s  {} left",
      r.epoch, fmt::formatted_size("{}", epochs), epochs, r.train_loss, r.validation_loss,
      r.validation_metric, r.best ? " *" : "  ", r.samples_per_second, format_duration(r.seconds_left));
}

std::string config_json(const RunOptions& o) {
  const TrainOptions& t = o.training;
  nlohmann::ordered_json json;
  json["version"] = PLSTM_VERSION;
  json["model"] = std::string(name(o.network.kind));
  json["size"] = o.network.size;
  json["patch"] = o.network.patch;
  json["width"] = o.network.width;
  json["heads"] = o.network.heads;
  json["blocks"] = o.network.blocks;
  json["dropout"] = o.network.dropout;
  json["drop_path"] = o.network.drop_path;
  json["gate_bias"] = o.network.gate_bias;
  json["gate_bias_std"] = o.network.gate_bias_std;
  json["gate_weight_std"] = o.network.gate_weight_std;
  json["angle_weight_std"] = o.network.angle_weight_std;
  json["pooling"] = std::string(name_of(kGridPoolingNames, o.network.pooling));
  json["sub_heads"] = o.network.sub_heads;
  json["gate_weights"] = o.network.gate_weights;
  json["start_from"] = o.start.string();
  json["images"] = o.images;
  json["validation_images"] = o.validation_images;
  json["test_images"] = o.test_images;
  json["test_factors"] = o.factors;
  json["data_seed"] = o.data_seed;
  json["seed"] = t.seed;
  json["epochs"] = t.epochs;
  json["batch_size"] = t.batch_size;
  json["shard_size"] = t.shard_size;
  json["precision"] = std::string(name(t.precision));
  json["learning_rate"] = t.learning_rate;
  json["turned_epochs"] = o.turned_epochs;
  json["turned_percent"] = o.turned_percent;
  json["turned_learning_rate"] = o.turned_learning_rate;
  json["warmup_epochs"] = t.warmup_epochs;
  json["weight_decay"] = t.adamw.weight_decay;
  json["clip_norm"] = t.clip_norm;
  json["average_epochs"] = t.average_epochs;
  return apps::json_text(json, 2) + "\n";
}

std::string results_json(const RunResult& result) {
  nlohmann::ordered_json json;
  json["model"] = std::string(name(result.kind));
  json["parameters"] = result.parameters;
  json["best_epoch"] = result.best_epoch;
  json["validation_accuracy"] = result.validation_accuracy;
  json["train_seconds"] = result.train_seconds;
  json["images_per_second"] = result.images_per_second;
  json["tests"] = nlohmann::ordered_json::array();
  for (const TestScore& score : result.tests) {
    json["tests"].push_back({{"size", score.size},
                             {"images", score.images},
                             {"accuracy", score.accuracy},
                             {"loss", score.loss},
                             {"seconds", score.seconds}});
  }
  json["machine"] = {{"processor", apps::processor_name()},
                     {"instruction_set", std::string(name(instruction_set()))},
                     {"threads", num_threads()}};
  return apps::json_text(json, 2) + "\n";
}

RunResult parse_results(std::string_view text) {
  try {
    check_json_depth(text);
    const auto json = apps::parse_json(text);
    RunResult result;
    result.kind = parse_network_kind(json.at("model").get<std::string>());
    json.at("parameters").get_to(result.parameters);
    json.at("best_epoch").get_to(result.best_epoch);
    json.at("validation_accuracy").get_to(result.validation_accuracy);
    json.at("train_seconds").get_to(result.train_seconds);
    json.at("images_per_second").get_to(result.images_per_second);
    for (const auto& test : json.at("tests")) {
      TestScore score;
      test.at("size").get_to(score.size);
      test.at("images").get_to(score.images);
      test.at("accuracy").get_to(score.accuracy);
      test.at("loss").get_to(score.loss);
      test.at("seconds").get_to(score.seconds);
      result.tests.push_back(score);
    }
    return result;
  } catch (const std::exception& error) {
    throw FileError(fmt::format("not the results of a run: {}", error.what()));
  }
}

Image draw_learning_curves(std::span<const EpochReport> history) {
  Curve train{"train", kBlue, {}}, validation{"validation", kRed, {}}, accuracy{"validation", kRed, {}};
  for (const EpochReport& report : history) {
    train.values.push_back(report.train_loss);
    validation.values.push_back(report.validation_loss);
    accuracy.values.push_back(report.validation_metric);
  }
  return draw_charts({{"loss", {train, validation}, true}, {"accuracy", {accuracy}}}, "epoch");
}

}  // namespace plstm::arrow
