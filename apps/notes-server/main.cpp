#include "cli/main.hpp"

#include "commands.hpp"

int main(int argc, char** argv) { return notes::cli::run_main(argc, argv, notes::server::app()); }
