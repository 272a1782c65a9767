#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/files/printable.hpp>

#include "mol/commands.hpp"
#include "told.hpp"

namespace plstm::mol {
namespace {

struct InfoOptions {
  std::vector<std::filesystem::path> paths;
  bool json = false;
};

void print_json(const std::vector<Told>& all) {
  fmt::print("[");
  for (const Told& told : all) fmt::print("{}{}", &told == &all.front() ? "" : ",\n", json_of(told));
  fmt::print("]\n");
}

void print_sentences(const std::vector<Told>& all) {
  for (const Told& told : all) {
    if (&told != &all.front()) fmt::print("\n");
    for (const std::string& line : sentences_of(told)) fmt::print("{}\n", printable(line));
  }
}

void run(const InfoOptions& options) {
  std::vector<Told> all;
  for (const std::filesystem::path& path : options.paths) all.push_back(read_told(path));
  options.json ? print_json(all) : print_sentences(all);
}

}  // namespace

void add_info_command(CLI::App& program, Command& command) {
  CLI::App* app =
      program.add_subcommand("info", "Say what a model was trained on, what it reads and how good it is");
  auto options = std::make_shared<InfoOptions>();
  app->add_option("model,--model-paths,--model-path", options->paths, "model files or folders of runs")
      ->required();
  app->add_flag("--json", options->json,
                "write a JSON array for programs, with all settings of the networks");
  app->footer("Example: plstm-mol info run");
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::mol
