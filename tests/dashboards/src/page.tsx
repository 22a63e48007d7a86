// The page around a dashboard: its title, the links to the others, and what Grafana's components ask of a page.

import { ThemeContext } from '@grafana/data';
import { config, locationService, LocationServiceProvider } from '@grafana/runtime';
import { EmbeddedScene, sceneGraph, UrlSyncContextProvider } from '@grafana/scenes';
import { GlobalStyles, PortalContainer } from '@grafana/ui';
import { ReactNode } from 'react';
import { BrowserRouter } from 'react-router-dom';

import { DashboardJson, LinkJson, Listed } from './model';
import { keptParameters } from './settings';

export function Frame({ children }: { children: ReactNode }) {
  return (
    <ThemeContext.Provider value={config.theme2}>
      <GlobalStyles />
      <LocationServiceProvider service={locationService}>
        <BrowserRouter>
          <div style={{ padding: '8px 16px 16px' }}>{children}</div>
        </BrowserRouter>
      </LocationServiceProvider>
      <PortalContainer />
    </ThemeContext.Provider>
  );
}

export function DashboardPage({ json, others, scene }: { json: DashboardJson; others: Listed[]; scene: EmbeddedScene }) {
  return (
    <>
      <div style={{ display: 'flex', alignItems: 'baseline', gap: 24, margin: '8px 0' }}>
        <h3 style={{ margin: 0 }}>{json.title}</h3>
        {(json.links ?? []).map((link, index) => (
          <Links key={index} link={link} others={others.filter((one) => one.uid !== json.uid)} scene={scene} />
        ))}
      </div>
      <UrlSyncContextProvider scene={scene} updateUrlOnInit={false}>
        <scene.Component model={scene} />
      </UrlSyncContextProvider>
    </>
  );
}

function Links({ link, others, scene }: { link: LinkJson; others: Listed[]; scene: EmbeddedScene }) {
  const color = config.theme2.colors.text.link;
  if (link.type === 'link') {
    return (
      <a style={{ color }} href={link.url}>
        {link.title}
      </a>
    );
  }
  const tagged = others.filter((one) => (link.tags ?? []).every((tag) => one.tags.includes(tag)));
  return tagged.map((one) => (
    <a key={one.uid} style={{ color }} href={`/d/${one.uid}`} onClick={(event) => follow(event, one.uid, link, scene)}>
      {one.title}
    </a>
  ));
}

/** Takes the time range and the variables along as they are when it is clicked. */
function follow(event: React.MouseEvent, uid: string, link: LinkJson, scene: EmbeddedScene) {
  event.preventDefault();
  const query = keptParameters();
  if (link.keepTime) {
    const { from, to } = sceneGraph.getTimeRange(scene).state;
    query.set('from', from);
    query.set('to', to);
  }
  if (link.includeVars) {
    for (const variable of sceneGraph.getVariables(scene).state.variables) {
      for (const value of [variable.getValue()].flat()) {
        query.append(`var-${variable.state.name}`, String(value));
      }
    }
  }
  location.assign(`/d/${uid}?${query}`);
}

export function Index({ listed }: { listed: Listed[] }) {
  return (
    <>
      <h3>Dashboards</h3>
      {listed.map((one) => (
        <p key={one.uid}>
          <a style={{ color: config.theme2.colors.text.link }} href={`/d/${one.uid}?${keptParameters()}`}>
            {one.title}
          </a>
          <br />
          {one.description}
        </p>
      ))}
    </>
  );
}
