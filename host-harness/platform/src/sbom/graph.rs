//! Which components a document's graph calls direct.

use std::collections::{HashMap, HashSet};

/// A document's graph, by the ids it gives its components. Cycles, and ids of no component, do no harm.
#[derive(Debug, Default)]
pub(super) struct Graph<'a> {
    root: Option<&'a str>,
    /// Components that are no packages, for example the lockfile that others come from.
    frames: HashSet<&'a str>,
    edges: HashMap<&'a str, Vec<Edge<'a>>>,
    /// Whatever a statement about dependencies names.
    mentioned: HashSet<&'a str>,
}

#[derive(Debug, Clone, Copy)]
struct Edge<'a> {
    to: &'a str,
    depends: bool,
}

impl<'a> Graph<'a> {
    /// A graph seen from what the document is about.
    pub(super) fn from(root: Option<&'a str>) -> Self {
        Self {
            root,
            ..Self::default()
        }
    }

    /// A component that is no package. What it depends on, its own dependents depend on.
    pub(super) fn frame(&mut self, id: &'a str) {
        self.frames.insert(id);
    }

    /// A component whose dependencies are told, even if there are none.
    pub(super) fn told(&mut self, id: &'a str) {
        self.edges.entry(id).or_default();
        self.mentioned.insert(id);
    }

    /// One depends on the other.
    pub(super) fn depends(&mut self, from: &'a str, to: &'a str) {
        self.told(from);
        self.mentioned.insert(to);
        self.edge(from, Edge { to, depends: true });
    }

    /// One contains the other, and need not depend on it.
    pub(super) fn contains(&mut self, from: &'a str, to: &'a str) {
        self.edge(from, Edge { to, depends: false });
    }

    fn edge(&mut self, from: &'a str, edge: Edge<'a>) {
        self.edges.entry(from).or_default().push(edge);
    }

    /// What the graph says of every component.
    pub(super) fn directs(&self) -> Directs<'_> {
        let mut direct = HashSet::new();
        let mut frames: HashSet<&str> = self.root.into_iter().collect();
        let mut todo: Vec<&str> = self.root.into_iter().collect();
        while let Some(from) = todo.pop() {
            for edge in self.edges.get(from).into_iter().flatten() {
                if self.frames.contains(edge.to) {
                    if frames.insert(edge.to) {
                        todo.push(edge.to);
                    }
                } else if edge.depends {
                    direct.insert(edge.to);
                }
            }
        }
        // Where nothing is told but of the root, it may list all there is and not only what it names itself.
        let tells = self
            .edges
            .keys()
            .any(|id| self.mentioned.contains(id) && !frames.contains(id));
        Directs {
            direct,
            mentioned: (tells && self.root.is_some()).then_some(&self.mentioned),
        }
    }
}

/// What a graph says of every component.
#[derive(Debug)]
pub(super) struct Directs<'g> {
    direct: HashSet<&'g str>,
    /// None if the graph does not tell.
    mentioned: Option<&'g HashSet<&'g str>>,
}

impl Directs<'_> {
    /// Whether the root depends on it without a package in between; none if the document does not say.
    pub(super) fn of(&self, id: &str) -> Option<bool> {
        let told = self.mentioned?.contains(id) && !self.direct.is_empty();
        told.then(|| self.direct.contains(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&'static str, &'static str)]) -> Graph<'static> {
        let mut graph = Graph::from(Some("root"));
        for (from, to) in edges {
            graph.depends(from, to);
        }
        graph
    }

    fn of<const N: usize>(graph: &Graph<'_>, ids: [&str; N]) -> [Option<bool>; N] {
        let directs = graph.directs();
        ids.map(|id| directs.of(id))
    }

    #[test]
    fn what_the_root_depends_on_is_direct_and_the_rest_is_not() {
        let graph = graph(&[("root", "a"), ("a", "b"), ("b", "a")]);
        assert_eq!(of(&graph, ["a", "b", "c"]), [Some(true), Some(false), None]);
    }

    #[test]
    fn a_lockfile_between_the_root_and_a_package_is_no_package() {
        let mut graph = graph(&[("lock", "a"), ("a", "b")]);
        graph.contains("root", "lock");
        graph.contains("root", "b");
        graph.frame("lock");
        assert_eq!(of(&graph, ["a", "b"]), [Some(true), Some(false)]);
    }

    #[test]
    fn a_root_that_lists_all_there_is_tells_nothing() {
        let graph = graph(&[("root", "a"), ("root", "b")]);
        assert_eq!(of(&graph, ["a", "b"]), [None, None]);
    }

    #[test]
    fn a_package_that_is_told_to_depend_on_nothing_makes_the_graph_one() {
        let mut graph = graph(&[("root", "a")]);
        graph.told("a");
        assert_eq!(of(&graph, ["a"]), [Some(true)]);
    }

    #[test]
    fn a_graph_without_a_root_tells_nothing() {
        let mut graph = Graph::from(None);
        graph.depends("a", "b");
        assert_eq!(of(&graph, ["a", "b"]), [None, None]);
    }
}
