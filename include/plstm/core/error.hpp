#pragma once

#include <stdexcept>
#include <string>

namespace plstm {

/// Base of every exception that plstm throws for a mistake of the caller or in the input. The message names
/// the input, the place and a way out. Mistakes of the library itself are assertions.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An argument has the wrong shape or size.
class ShapeError : public Error {
 public:
  using Error::Error;
};

/// A graph is not a DAG, or an index lies outside it.
class GraphError : public Error {
 public:
  using Error::Error;
};

/// A setting has an invalid value, or two settings contradict each other.
class ConfigError : public Error {
 public:
  using Error::Error;
};

/// A file cannot be read or written, or its contents are not what they should be.
class FileError : public Error {
 public:
  using Error::Error;
};

/// A molecule cannot be read or featurised.
class MoleculeError : public Error {
 public:
  using Error::Error;
};

/// Training cannot go on: a loss or gradient is not finite, or there is nothing to train on.
class TrainingError : public Error {
 public:
  using Error::Error;
};

}  // namespace plstm
