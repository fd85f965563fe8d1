/** CodeMirror in React: it owns its text, and is told when somebody else changes it. */
import { useEffect, useRef } from 'react';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { linter } from '@codemirror/lint';
import { EditorState, Prec, type Extension } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { basicSetup } from 'codemirror';
import { graphql, updateSchema } from 'cm6-graphql';
import type { GraphQLSchema } from 'graphql';
import { nonce } from './page.ts';

interface EditorProps {
  label: string;
  language: 'graphql' | 'json';
  text: string;
  schema?: GraphQLSchema | null;
  readOnly?: boolean;
  onChange?: (text: string) => void;
  onRun?: () => void;
}

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.definitionKeyword], color: 'var(--keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--string)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--literal)' },
  { tag: [tags.propertyName, tags.attributeName], color: 'var(--property)' },
  { tag: [tags.typeName, tags.className], color: 'var(--type)' },
  { tag: [tags.variableName, tags.special(tags.name)], color: 'var(--variable)' },
  { tag: tags.comment, color: 'var(--muted)' },
]);

function extensionsOf({ label, language, readOnly, schema }: EditorProps, run: () => boolean): Extension[] {
  return [
    EditorView.cspNonce.of(nonce),
    Prec.highest(keymap.of([{ key: 'Mod-Enter', run }])),
    basicSetup,
    EditorView.lineWrapping,
    syntaxHighlighting(colours),
    EditorView.contentAttributes.of({ 'aria-label': label }),
    language === 'graphql' ? graphql(schema ?? undefined) : [json(), readOnly ? [] : linter(emptyIsValid)],
    readOnly ? EditorState.readOnly.of(true) : [],
  ];
}

const lintJson = jsonParseLinter();
const emptyIsValid: typeof lintJson = (view) => (view.state.doc.toString().trim() === '' ? [] : lintJson(view));

export function Editor(props: EditorProps) {
  const { label, text, schema, onChange, onRun } = props;
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef({ onChange, onRun });
  latest.current = { onChange, onRun };

  useEffect(() => {
    const run = (): boolean => {
      latest.current.onRun?.();
      return true;
    };
    const changes = EditorView.updateListener.of((update) => {
      if (update.docChanged) latest.current.onChange?.(update.state.doc.toString());
    });
    const state = EditorState.create({ doc: text, extensions: [...extensionsOf(props, run), changes] });
    view.current = new EditorView({ state, parent: parent.current! });
    return () => view.current?.destroy();
    // Made once: later texts and schemas are given to the editor that is there.
  }, []);

  useEffect(() => {
    const { current } = view;
    if (!current || current.state.doc.toString() === text) return;
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    if (schema && view.current && props.language === 'graphql') updateSchema(view.current, schema);
  }, [schema]);

  return <div className="editor" ref={parent} data-editor={label} />;
}
