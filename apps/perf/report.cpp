#include "report.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "support/json_text.hpp"

namespace plstm::perf {

void Report::begin(const std::string& section, std::vector<Key> keys) {
  keys_ = std::move(keys);
  fmt::print("\n{}\n", section);
}

void Report::add(const std::string& key, double value) {
  fmt::print("  {:<44} {:<12.5g} {}\n", key, value, known(key).unit);
  std::fflush(stdout);
  figures_.emplace_back(key, value);
}

void Report::add(const std::string& key, const std::string& value) {
  fmt::print("  {:<44} {}\n", known(key).name, value);
  std::fflush(stdout);
  figures_.emplace_back(key, value);
}

const Key& Report::known(const std::string& key) const {
  const auto found = std::ranges::find(keys_, key, &Key::name);
  if (found == keys_.end()) throw std::logic_error("figure '" + key + "' is in no list of keys");
  return *found;
}

void Report::note(const std::string& text) const {
  fmt::print("  ({})\n", text);
}

std::string Report::json() const {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const auto& [key, value] : figures_) {
    std::visit([&, &name = key](const auto& v) { object[name] = v; }, value);
  }
  return apps::json_text(object, 2);
}

}  // namespace plstm::perf
