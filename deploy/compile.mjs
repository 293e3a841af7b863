// Compile Python sources to the bytecode of the Python that Lambda runs, on a machine that has another one.
// Pyodide is CPython itself, built as WebAssembly; bytecode depends on its version and on nothing else.
//
//     node deploy/compile.mjs 3.13 FOLDER PATH_OF_THE_FOLDER_IN_LAMBDA

import { loadPyodide } from "pyodide";

const [version, folder, seen] = process.argv.slice(2);

// Without the seed, the order of a set of constants would differ from run to run.
const python = await loadPyodide({ env: { PYTHONHASHSEED: "0" } });
python.FS.mkdir("/sources");
python.mountNodeFS("/sources", folder);
python.globals.set("wanted", version);
python.globals.set("seen", seen);
python.runPython(`
    import compileall, sys
    from py_compile import PycInvalidationMode

    found = "%d.%d" % sys.version_info[:2]
    if found != wanted:
        raise SystemExit(f"package.json has a Pyodide with Python {found}; serverless.yml wants {wanted}")
    # Unchecked: in a zip all files are of the same date, and nobody edits them.
    compiled = compileall.compile_dir(
        "/sources", quiet=1, force=True, stripdir="/sources", prependdir=seen,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        raise SystemExit("some sources do not compile")
`);
