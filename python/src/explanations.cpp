#include "explanations.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <plstm/chem/explain/drawing.hpp>
#include <plstm/chem/explain/explain.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

#include "arrays.hpp"

namespace plstm::python {
namespace {

constexpr std::size_t kAtOnce = 64;  // a molecule takes the time of as many predictions as it has atoms

std::vector<Explanation> explain_all(const MoleculePredictor& predictor,
                                     const std::vector<std::string>& smiles, const std::string& method,
                                     bool fragments, int threads) {
  const ExplainOptions options{parse_explain_method(method), fragments};
  const std::size_t width = predictor.featurize_options().num_molecules();
  std::vector<Explanation> all;
  for (std::size_t first = 0; first == 0 || first < smiles.size(); first += kAtOnce * width) {
    {
      const nb::gil_scoped_release release;
      const ThreadLimit limit(threads);
      const std::size_t count = std::min(kAtOnce * width, smiles.size() - first);
      std::vector<Explanation> some = explain(predictor, std::span(smiles).subspan(first, count), options);
      std::ranges::move(some, std::back_inserter(all));
    }
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
  }
  return all;
}

// [things, columns] of a list of columns' values.
nb::ndarray<nb::numpy, const double> table(const std::vector<double>& values, std::size_t columns,
                                           nb::handle owner) {
  return view<double>(values.data(), {columns == 0 ? 0 : values.size() / columns, columns}, owner);
}

std::string draw(const Explanation& self, const std::string& smiles, std::size_t column, double scale,
                 int width, int height) {
  const std::size_t columns = self.prediction.size();
  if (column >= columns) throw nb::index_error("draw: there is no such column");
  std::vector<double> of_atoms;
  for (std::size_t i = column; i < self.atoms.size(); i += columns) of_atoms.push_back(self.atoms[i]);
  if (scale <= 0) {
    for (const double value : of_atoms) scale = std::max({scale, value, -value});
    if (scale <= 0) scale = 1;
  }
  return draw_contributions(parse_smiles(smiles), of_atoms, scale,
                            {.width = width, .height = height, .legend = {}});
}

}  // namespace

void bind_explanations(nb::module_& module) {
  using Self = nb::handle_t<Explanation>;
  const auto in = [](Self self) -> const Explanation& { return nb::cast<const Explanation&>(self); };
  const auto row = [=](std::vector<double> Explanation::*field) {
    return [=](Self self) { return view(std::span<const double>(in(self).*field), self); };
  };
  nb::class_<Explanation>(
      module, "Explanation",
      "What the parts of one molecule contribute to what a model says of it. A atoms, C columns "
      "of the model. Contributions to numbers are in the units of the target, those to "
      "probabilities are of log-odds. Arrays are float64 and no copies.")
      .def_prop_ro("prediction", row(&Explanation::prediction), "[C] value or log-odds of the molecule.")
      .def_prop_ro("baseline", row(&Explanation::baseline),
                   "[C] the same of a molecule of which nothing is left.")
      .def_prop_ro("interaction", row(&Explanation::interaction),
                   "[C] prediction - baseline - sum of the atoms.")
      .def_prop_ro("fragment_interaction", row(&Explanation::fragment_interaction),
                   "[C] prediction - baseline - sum of the fragments; empty unless they were asked for.")
      .def_ro("symbols", &Explanation::symbols, "[A] elements, in the order of the SMILES.")
      .def_prop_ro(
          "atoms", [=](Self self) { return table(in(self).atoms, in(self).prediction.size(), self); },
          "[A, C] prediction less that without the atom.")
      .def_prop_ro(
          "fragments",
          [](const Explanation& self) {
            std::vector<std::string> smiles;
            for (const MoleculeFragment& fragment : self.fragments) smiles.push_back(fragment.smiles);
            return smiles;
          },
          "[F] SMILES of the fragments, if they were asked for.")
      .def_prop_ro(
          "fragment_atoms",
          [](const Explanation& self) {
            std::vector<std::vector<std::int32_t>> atoms;
            for (const MoleculeFragment& fragment : self.fragments) atoms.push_back(fragment.atoms);
            return atoms;
          },
          "[F] numbers of their atoms.")
      .def_prop_ro(
          "of_fragments",
          [=](Self self) { return table(in(self).of_fragments, in(self).prediction.size(), self); },
          "[F, C] prediction less that without the fragment.")
      .def("svg", &draw, nb::arg("smiles"), nb::arg("column") = 0, nb::kw_only(), nb::arg("scale") = 0.0,
           nb::arg("width") = 250, nb::arg("height") = 200,
           "The molecule as SVG text with a disc behind each atom: red adds, blue takes away. Colours reach "
           "their "
           "ends at -scale and scale (0: the largest contribution). Raises ShapeError if the SMILES has "
           "another "
           "number of atoms.")
      .def_ro("error", &Explanation::error, "Why there is no explanation; empty if there is one.")
      .def(
          "__bool__", [](const Explanation& self) { return self.error.empty(); }, "Whether there is one.");
  module.def("explain", &explain_all, nb::arg("predictor"), nb::arg("smiles"),
             nb::arg("method") = "occlusion", nb::arg("fragments") = false, nb::arg("threads") = 0);
}

}  // namespace plstm::python
