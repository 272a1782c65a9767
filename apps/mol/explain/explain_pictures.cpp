#include "explain_pictures.hpp"

#include <algorithm>
#include <cmath>
#include <regex>
#include <utility>

#include <fmt/format.h>

#include <plstm/chem/explain/drawing.hpp>
#include <plstm/core/parallel.hpp>

namespace plstm::mol {
namespace {

namespace fs = std::filesystem;

constexpr int kWidth = 400, kHeight = 350;
constexpr double kShareInScale = 0.95;  // of all contributions; a few large ones would make the others pale

// Pictures of this program that are in the folder.
std::vector<std::string> old_pictures(const fs::path& folder) {
  static const std::regex kName(R"(row\d+(_target\d+)?\.svg)");
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (std::regex_match(name, kName)) names.push_back(name);
  }
  return names;
}

}  // namespace

ExplanationPictures::ExplanationPictures(fs::path folder, const MoleculePredictor& predictor)
    : folder_(std::move(folder)),
      names_(predictor.columns()),
      log_odds_(explains_log_odds(predictor.predictor())) {}

void ExplanationPictures::add(std::int64_t row, std::string name, Molecule molecule,
                              const Explanation& explanation) {
  items_.push_back({row, std::move(name), std::move(molecule), explanation.prediction, explanation.baseline,
                    explanation.atoms});
}

double ExplanationPictures::scale(std::size_t column) const {
  std::vector<double> sizes;
  for (const Item& item : items_) {
    for (std::size_t i = column; i < item.atoms.size(); i += names_.size())
      sizes.push_back(std::abs(item.atoms[i]));
  }
  if (sizes.empty()) return 1;
  const auto place =
      sizes.begin() + static_cast<std::ptrdiff_t>(kShareInScale * static_cast<double>(sizes.size() - 1));
  std::ranges::nth_element(sizes, place);
  return *place > 0 ? *place : 1;
}

std::string ExplanationPictures::file_name(const Item& item, std::size_t column) const {
  return names_.size() == 1 ? fmt::format("row{}.svg", item.row)
                            : fmt::format("row{}_target{}.svg", item.row, column + 1);
}

std::string ExplanationPictures::picture(const Item& item, std::size_t column, double scale) const {
  std::vector<double> of_atoms;
  for (std::size_t i = column; i < item.atoms.size(); i += names_.size()) of_atoms.push_back(item.atoms[i]);
  DrawingOptions options{.width = kWidth, .height = kHeight, .legend = {}};
  options.legend = fmt::format("{}{}: {:.4g} (without atoms {:.4g})", log_odds_[column] ? "log-odds of " : "",
                               names_[column], item.prediction[column], item.baseline[column]);
  options.legend += "\n" + (item.name.empty() ? fmt::format("row {}", item.row) : item.name);
  return draw_contributions(item.molecule, of_atoms, scale, options);
}

std::size_t ExplanationPictures::write() {
  FolderTransaction& files = folder_.files();
  std::vector<std::string> obsolete = old_pictures(folder_.path());
  for (std::size_t column = 0; column < names_.size(); ++column) {
    const double of_all = scale(column);
    parallel_for(items_.size(), 1, [&](std::size_t i) {
      apps::write_text(files.staging() / file_name(items_[i], column), picture(items_[i], column, of_all));
    });
    for (const Item& item : items_) std::erase(obsolete, file_name(item, column));
  }
  files.commit(obsolete);
  return items_.size() * names_.size();
}

}  // namespace plstm::mol
