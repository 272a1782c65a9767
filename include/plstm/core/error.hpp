#pragma once

#include <stdexcept>
#include <string>

namespace plstm {

/// Base of every exception plstm throws for a caller's or an input's mistake. The message names the input,
/// the place and the way out. Our own mistakes are assertions instead.
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

/// A setting has a value that makes no sense, alone or beside another.
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
