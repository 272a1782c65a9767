#include "certainty.hpp"

#include <utility>

#include <nanobind/stl/vector.h>

#include "arrays.hpp"

namespace plstm::python {

nb::tuple certainty_to_python(const std::vector<TaskCertainty>& certainty, std::size_t tasks) {
  const std::size_t rows = tasks == 0 ? 0 : certainty.size() / tasks;
  std::vector<double> low, high;
  nb::list classes;
  for (std::size_t row = 0; row < rows; ++row) {
    nb::list of_row;
    for (std::size_t task = 0; task < tasks; ++task) {
      const TaskCertainty& one = certainty[row * tasks + task];
      low.push_back(one.low);
      high.push_back(one.high);
      of_row.append(nb::cast(one.classes));
    }
    classes.append(of_row);
  }
  return nb::make_tuple(to_numpy(std::move(low), {rows, tasks}), to_numpy(std::move(high), {rows, tasks}),
                        classes);
}

}  // namespace plstm::python
