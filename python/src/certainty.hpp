#pragma once

#include <cstddef>
#include <vector>

#include <nanobind/nanobind.h>

#include <plstm/learn/certainty/task_certainty.hpp>

namespace plstm::python {

/// (low, high, classes) of certainty [rows, tasks]: float64 [rows, tasks], and a list of a list of classes for each row.
nanobind::tuple certainty_to_python(const std::vector<TaskCertainty>& certainty, std::size_t tasks);

}  // namespace plstm::python
