#include "errors.hpp"

#include <exception>
#include <filesystem>

#include <plstm/core/error.hpp>
#include <plstm/core/stopped_error.hpp>

namespace plstm::python {
namespace {

namespace nb = nanobind;

// The classes live as long as the interpreter: the module holds them, and modules of this kind are never unloaded.
struct ErrorClasses {
  PyObject *error, *shape, *graph, *config, *file, *molecule, *training, *stopped;
};

PyObject* add_class(nb::module_& module, const char* name, const char* doc, const nb::object& bases) {
  const std::string full = std::string("plstm.") + name;
  PyObject* made = PyErr_NewExceptionWithDoc(full.c_str(), doc, bases.ptr(), nullptr);
  if (made == nullptr) throw nb::python_error();
  module.attr(name) = nb::borrow(made);
  return made;
}

void raise(const std::exception_ptr& thrown, void* payload) {
  const auto& classes = *static_cast<const ErrorClasses*>(payload);
  const auto set = [](PyObject* type, const std::exception& error) { PyErr_SetString(type, error.what()); };
  try {
    std::rethrow_exception(thrown);
  } catch (const ShapeError& error) {
    set(classes.shape, error);
  } catch (const GraphError& error) {
    set(classes.graph, error);
  } catch (const ConfigError& error) {
    set(classes.config, error);
  } catch (const FileError& error) {
    set(classes.file, error);
  } catch (const MoleculeError& error) {
    set(classes.molecule, error);
  } catch (const TrainingError& error) {
    set(classes.training, error);
  } catch (const StoppedError& error) {
    set(classes.stopped, error);
  } catch (const Error& error) {
    set(classes.error, error);
  } catch (const std::filesystem::filesystem_error& error) {
    set(classes.file, error);
  }
}

}  // namespace

void bind_errors(nb::module_& module) {
  static ErrorClasses classes;
  const auto builtin = [](PyObject* type) { return nb::borrow(type); };
  classes.error =
      add_class(module, "Error",
                "Base of all errors of plstm: a mistake of the caller or in the input. The text names the "
                "input, the place and a way out.",
                nb::make_tuple(builtin(PyExc_Exception)));
  const nb::object base = nb::borrow(classes.error);
  const auto both = [&](PyObject* type) { return nb::make_tuple(base, builtin(type)); };
  classes.shape =
      add_class(module, "ShapeError", "An array has the wrong shape or size.", both(PyExc_ValueError));
  classes.graph = add_class(module, "GraphError", "A graph is not a DAG, or an index lies outside it.",
                            both(PyExc_ValueError));
  classes.config = add_class(module, "ConfigError",
                             "A setting has an invalid value, or two settings contradict each other.",
                             both(PyExc_ValueError));
  classes.file = add_class(module, "FileError",
                           "A file cannot be read or written, or its contents are not what they should be.",
                           both(PyExc_OSError));
  classes.molecule =
      add_class(module, "MoleculeError", "A molecule cannot be read or featurised.", both(PyExc_ValueError));
  classes.training = add_class(module, "TrainingError",
                               "Training cannot go on: a loss or gradient is not finite, or there is nothing "
                               "to train on.",
                               both(PyExc_RuntimeError));
  classes.stopped = add_class(module, "StoppedError",
                              "The caller asked for a stop, and the work that was begun has no result.",
                              both(PyExc_RuntimeError));
  nb::register_exception_translator(raise, &classes);
}

}  // namespace plstm::python
