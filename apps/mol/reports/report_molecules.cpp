#include "report_molecules.hpp"

#include <limits>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include <plstm/chem/certainty/molecule_domain.hpp>
#include <plstm/chem/explain/drawing.hpp>
#include <plstm/chem/molecule.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/learn/report/notable_rows.hpp>

#include "mol/things/thing_rows.hpp"
#include "mol/trained.hpp"

namespace plstm::mol {
namespace {

// "row 12, aspirin"
std::string row_label(const Dataset& data, std::int32_t row) {
  const auto at = static_cast<std::size_t>(row);
  const std::string id = data.ids.size() > at ? data.ids[at] : "";
  return fmt::format("row {}{}{}", row + 1, id.empty() ? "" : ", ", id);
}

// As the file has it; SD files have none, so that it is the canonical one there.
const std::string& smiles_of(const Dataset& data, std::int32_t row) {
  const auto at = static_cast<std::size_t>(row);
  return data.smiles[at].empty() && data.molecules.size() > at ? data.molecules[at] : data.smiles[at];
}

// That of the molecule which the model has read.
const std::string& standardized_smiles_of(const Dataset& data, std::int32_t row) {
  const auto at = static_cast<std::size_t>(row);
  const bool changed = data.standardized.size() > at && !data.standardized[at].empty();
  return changed ? data.standardized[at] : smiles_of(data, row);
}

// A molecule that cannot be drawn has no picture.
std::string draw(const std::string& smiles) {
  try {
    return draw_molecule(parse_smiles(smiles));
  } catch (const Error&) {
    return {};
  }
}

ReportNeighbour neighbour_of(const NotableMolecules& molecules, const TrainingNeighbour& training,
                             bool draws) {
  ReportNeighbour neighbour;
  neighbour.similarity = training.similarity;
  const auto row = static_cast<std::int32_t>(training.number - 1);
  if (!molecules.learnt_from_data || row < 0 || row >= molecules.data.num_rows()) {
    neighbour.label = fmt::format("row {} of the training data", training.number);
    return neighbour;
  }
  neighbour.label = row_label(molecules.data, row);
  if (molecules.data.level == Readout::kGraph) {
    neighbour.measured = measured_values(molecules.data, {&row, 1});
  } else {  // whose atoms are not those of the other molecule
    neighbour.measured.assign(molecules.data.target_names.size(), std::numeric_limits<double>::quiet_NaN());
  }
  if (draws) neighbour.svg = draw(standardized_smiles_of(molecules.data, row));
  return neighbour;
}

// Adds pictures, neighbours and warning.
void complete(const NotableMolecules& molecules, const MoleculeDomainIndex& domain, ReportPicture& picture) {
  constexpr std::int64_t kNeighbours = 3;
  const std::string& smiles = standardized_smiles_of(molecules.data, molecules.rows[picture.row]);
  try {
    const Molecule molecule = parse_smiles(smiles);
    const auto graph = static_cast<std::size_t>(molecules.chosen[picture.row]);
    // The molecules of a row are one here, which finds no neighbours of the row.
    const MoleculeDomain found = domain.compare(molecule, molecules.graphs[graph].graph,
                                                molecules.data.num_molecules > 1 ? 0 : kNeighbours);
    picture.warning = found.warning;
    for (const TrainingNeighbour& training : found.nearest) {
      picture.neighbours.push_back(neighbour_of(molecules, training, picture.neighbours.empty()));
    }
    picture.svg = draw_molecule(molecule);
  } catch (const Error&) {
    // A molecule that cannot be drawn has no picture.
  }
}

// Empty pictures of the rows that the report names.
std::vector<ReportPicture> pictures_for(const ReportData& report) {
  std::vector<ReportPicture> pictures;
  for (const std::size_t row : shown_rows(report)) pictures.emplace_back().row = row;
  return pictures;
}

}  // namespace

std::vector<double> measured_values(const Dataset& data, std::span<const std::int32_t> rows) {
  const Measured measured = measured_of(data, rows);
  std::vector<double> values(measured.targets.data(), measured.targets.data() + measured.targets.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (measured.present.data()[i] == 0) values[i] = std::numeric_limits<double>::quiet_NaN();
  }
  return values;
}

ReportRows judged_rows(const Dataset& data, std::span<const std::int32_t> rows,
                       const Predictions& predictions) {
  ReportRows judged;
  for (const std::int32_t row : rows) {
    const std::string& own = smiles_of(data, row);
    const std::string& read = standardized_smiles_of(data, row);
    const std::string columns = columns_text(data, row);
    const std::string detail = (read == own ? own : fmt::format("{}, standardised {}", own, read)) +
                               (columns.empty() ? "" : fmt::format(" ({})", columns));
    for (std::size_t thing = 0; thing < num_judged(data, row); ++thing) {
      judged.labels.push_back(row_label(data, row));
      if (data.level != Readout::kGraph) {
        judged.labels.back() += ", " + thing_label(data.things[static_cast<std::size_t>(row)], thing);
      }
      judged.details.push_back(detail);
    }
  }
  judged.measured = measured_values(data, rows);
  judged.predicted = predictions.values;
  return judged;
}

std::vector<ReportPicture> draw_notable_rows(const ReportData& report, const Predictor& predictor,
                                             const NotableMolecules& molecules) {
  std::vector<ReportPicture> result = pictures_for(report);
  const MoleculeDomainIndex domain(predictor);
  parallel_for(result.size(), 1, [&](std::size_t i) { complete(molecules, domain, result[i]); });
  return result;
}

std::vector<ReportPicture> draw_notable_rows(const ReportData& report, const Dataset& data,
                                             std::span<const std::int32_t> rows) {
  std::vector<ReportPicture> result = pictures_for(report);
  parallel_for(result.size(), 1, [&](std::size_t i) {
    result[i].svg = draw(standardized_smiles_of(data, rows[result[i].row]));
  });
  return result;
}

}  // namespace plstm::mol
