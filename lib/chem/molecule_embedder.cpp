#include "plstm/chem/molecule_embedder.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include <plstm/chem/rows/molecule_row.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/learn/embedder.hpp>

namespace plstm {

struct MoleculeEmbedder::Impl {
  const Predictor& predictor;
  Embedder embedder;
  FeaturizeOptions options;
};

MoleculeEmbedder::MoleculeEmbedder(const MoleculePredictor& predictor) {
  FeaturizeOptions options = predictor.featurize_options();
  options.counts = false;  // which only companions read
  impl_ = std::make_unique<const Impl>(
      Impl{predictor.predictor(), Embedder(predictor.predictor().members()), std::move(options)});
}

MoleculeEmbedder::~MoleculeEmbedder() = default;
MoleculeEmbedder::MoleculeEmbedder(MoleculeEmbedder&&) noexcept = default;
MoleculeEmbedder& MoleculeEmbedder::operator=(MoleculeEmbedder&&) noexcept = default;

std::int64_t MoleculeEmbedder::width() const noexcept {
  return impl_->embedder.width();
}

MoleculeEmbeddings MoleculeEmbedder::embed(std::span<const std::string> smiles,
                                           std::span<const double> columns) const {
  const FeaturizeOptions& options = impl_->options;
  const std::size_t molecules = options.num_molecules(), rows = smiles.size() / molecules;
  const std::size_t num_columns = columns.empty() ? 0 : options.columns.size();
  check_size("MoleculeEmbedder", "smiles", std::ssize(smiles), static_cast<std::int64_t>(rows * molecules));
  check_size("MoleculeEmbedder", "columns", std::ssize(columns),
             static_cast<std::int64_t>(rows * num_columns));
  const auto width = static_cast<std::size_t>(impl_->embedder.width());
  MoleculeEmbeddings result{std::vector<float>(rows * width, std::numeric_limits<float>::quiet_NaN()),
                            std::vector<std::string>(rows)};
  std::vector<PreparedGraph> graphs(rows);
  parallel_for(rows, 1, [&](std::size_t i) {
    try {
      const MoleculeRow row = read_row(smiles.subspan(i * molecules, molecules), options);
      graphs[i] = impl_->predictor.prepare(
          featurize(row.molecules, options, columns.subspan(i * num_columns, num_columns)).graph);
      impl_->embedder.check(graphs[i]);
    } catch (const Error& error) {
      result.errors[i] = error.what();
    }
  });
  std::vector<std::int32_t> good;
  for (std::size_t i = 0; i < rows; ++i) {
    if (result.errors[i].empty()) good.push_back(static_cast<std::int32_t>(i));
  }
  const std::vector<float> values = impl_->embedder.embed(graphs, good);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i * width), width,
                result.values.begin() + static_cast<std::ptrdiff_t>(good[i]) * impl_->embedder.width());
  }
  return result;
}

}  // namespace plstm
