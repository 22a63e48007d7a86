import { PanelPlugin, PanelProps, renderTextPanelMarkdown, textUtil } from '@grafana/data';

interface Options {
  mode?: 'markdown' | 'html' | 'code';
  content?: string;
}

function TextPanel({ options, replaceVariables }: PanelProps<Options>) {
  const text = replaceVariables(options.content ?? '', {}, options.mode === 'html' ? 'html' : 'text');
  if (options.mode === 'code') {
    return <pre>{text}</pre>;
  }
  const html = options.mode === 'html' ? textUtil.sanitizeTextPanelContent(text) : renderTextPanelMarkdown(text);
  const style = { height: '100%', overflow: 'auto' };
  return <div className="markdown-html" style={style} dangerouslySetInnerHTML={{ __html: html }} />;
}

export const text = new PanelPlugin<Options>(TextPanel);
